"""All jobs of a config, one after another in this process: what they do, without the two seconds that each takes to begin.

Figures are drawn once and as they stand, small: layouts and formats are alike for all of them, and are tested elsewhere.

python in_one_process.py <project> <config>
"""

import runpy
import sys
from pathlib import Path

project, config = sys.argv[1:]
sys.path.insert(0, f"{project}/workflow_scripts")

import this_checkout  # noqa: E402, F401
from matplotlib import pyplot  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402

from lossland.workflow import artifacts  # noqa: E402
from lossland.workflow.configfile import planned  # noqa: E402


def draw(figure, path):
    if path.suffix == ".png":
        figure.set_layout_engine("none")
        figure.set_dpi(50)
        FigureCanvasAgg(figure).print_png(path)
    else:
        path.touch()


def make(job, results):
    """Its files, after those that it is made from."""
    if job.made(results):
        return
    for source in job.made_from:
        make(source, results)
    data = job.setting.data.paths(results)[:1] if job.setting else []
    sources = [source.paths(results)[0] for source in job.sources]
    sys.argv[1:] = ["--spec", job.canonical, "--code", job.code, "--log", str(job.log(results))]
    sys.argv += ["--data", *data, "--inputs", *sources, "--out", *job.paths(results)]
    runpy.run_path(f"{project}/workflow_scripts/{job.section}.py", run_name="__main__")
    pyplot.close("all")
    if not job.made(results):
        sys.exit(f"{job.title} has not made its files")


artifacts._draw = draw
plan = planned([config])
for job in plan:
    make(job, plan.results)
print(len({path for job in plan for path in job.paths(plan.results) if Path(path).exists()}))
