"""`lossland look | new | run` for networks of your own, `lossland check | why | cost | ...` to ask about a config."""

import argparse
import os
import subprocess
import sys
from math import isnan
from pathlib import Path

from lossland.checking import ConfigError
from lossland.workflow import leftovers
from lossland.workflow import look as front
from lossland.workflow.configfile import DEFAULT, planned, refuse_absent, refuse_broken
from lossland.workflow.plugins import PROJECT
from lossland.workflow.staleness import Reruns


def check(plan, _):
    """Read and plan the config, and import code of your own: a mistake is told in one sentence, nothing is made."""
    refuse_absent(plan, plan)
    refuse_broken(plan)
    print(f"{len(list(plan))} jobs are planned")


def why(plan, _):
    """Each job that would run, and the reasons."""
    reasons = Reruns(plan).reasons
    for job, sentences in reasons.items():
        print(f"{job.title}: {'; '.join(sentences)}")
    print(f"{len(reasons)} of {len(list(plan))} jobs would run")


def cost(plan, _):
    """Jobs, hours and disk by rule, before anything runs."""
    from lossland.workflow.cost import estimate  # pandas, which the other questions do without

    table = estimate(plan)
    for name in table.select_dtypes(float):
        table[name] = ["" if isnan(value) else f"{value:.3g}" for value in table[name]]
    print(table.to_markdown(disable_numparse=True))


def report(plan, _):
    """The report of what there is now, even if jobs failed: <results>/report/index.html."""
    from lossland.workflow.report import write_what_there_is  # pandas again

    print(write_what_there_is(plan))


def stale(plan, _):
    """Results that no job of the config makes any more: of removed seeds, stanzas, experiments."""
    found = leftovers.stale_files(plan)
    print("\n".join([*map(str, found), f"{len(found)} files are of no job of this config"]))


def clean_stale(plan, _):
    """Remove the results that no job of the config makes any more."""
    found = leftovers.clean(plan)
    print("\n".join([*(f"{file} was removed" for file in found), f"{len(found)} files were removed"]))


def schema(_):
    """The JSON schema of a config, by which editors complete it and mark mistakes."""
    from lossland.workflow.schema import text  # pydantic, and every plug-in

    print(text(), end="")


def _snakemake(*options):
    if subprocess.run([sys.executable, "-m", "snakemake", "--snakefile", PROJECT / "Snakefile", *options]).returncode:
        raise SystemExit(1)


def _cores(text) -> int:
    if text != "all" and not (text.isdecimal() and int(text)):
        raise ConfigError(f"--cores is {text!r}: must be a number of cores, or all")
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1  # the first on Linux
    return here if text == "all" else int(text)


def run(arguments):
    """Make what is missing of the project in a folder, and what an edit of it changed."""
    config, cores = Path(arguments.folder, "config.yaml"), str(_cores(arguments.cores))
    if not config.is_file():
        raise ConfigError(f"there is no {config}; `lossland new {arguments.folder}` writes one")
    plan = planned([config])
    if arguments.unlock:
        _snakemake("--unlock", "--cores", "1", "--configfile", config)
    _snakemake("--cores", cores, "--configfile", config)
    print(f"look at {plan.results}/report/index.html")


def new(arguments):
    """Write a folder with a commented config and a network to replace."""
    print(f"edit {front.new(arguments.folder)}, then `lossland run {arguments.folder}`")


def look(arguments):
    """Draw what there is to see of a network: of trained checkpoints, or of networks that are trained from seeds."""
    options = {name: getattr(arguments, name) for name in ("seeds", "size", "minutes", "out")}
    options["cores"] = _cores(arguments.cores)
    options["also"] = tuple(name for name in front.ALSO if getattr(arguments, name))
    front.look(arguments.model, arguments.data, arguments.checkpoints, **options)
    arguments.folder = arguments.out
    run(arguments)


def main():
    parser = argparse.ArgumentParser(prog="lossland", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(function, call):
        added = commands.add_parser(function.__name__.replace("_", "-"), help=function.__doc__, description=function.__doc__)
        added.set_defaults(call=call)
        return added

    looked = command(look, look)
    looked.add_argument("model", help='"package.module:function", or a model of the library; it gets (shape, classes)')
    looked.add_argument(
        "checkpoints",
        nargs="*",
        metavar="CHECKPOINT",
        help="weights: files, or folders of those of a training; default: networks are trained",
    )
    looked.add_argument(
        "--data", required=True, help="a folder with train/ and test/, or of Parquet files, or a dataset's name"
    )
    looked.add_argument("--seeds", type=int, help="how many networks are trained, if there are no checkpoints (default: 2)")
    looked.add_argument("--size", type=int, default=64, help="pixels to which images of a folder are resized (default: 64)")
    looked.add_argument("--minutes", type=float, default=5.0, help="how long drawing may take about (default: 5)")
    for name, what in front.ALSO.items():
        looked.add_argument(f"--{name}", action="store_true", help=f"also {what}")
    looked.add_argument("--out", default="look", metavar="FOLDER", help="default: look")
    begun, again, _ = command(new, new), command(run, run), command(schema, schema)
    for part in (begun, again):
        part.add_argument("folder")
    for part in (looked, again):
        part.add_argument("--cores", default="all", help="default: all")
        part.set_defaults(unlock=False)
    again.add_argument("--unlock", action="store_true", help="go on after a run that was killed at once (kill -9, a crash)")
    for question in (check, why, cost, report, stale, clean_stale):
        asked = command(
            question, lambda arguments, ask=question: ask(planned(arguments.configfile, arguments.config), arguments)
        )
        asked.add_argument("--configfile", nargs="+", default=[DEFAULT], metavar="FILE", help=f"default: {DEFAULT}")
        asked.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE", help="what counts instead of the files")
    arguments, rest = parser.parse_known_args()
    if not hasattr(arguments, "checkpoints") or any(word.startswith("-") for word in rest):
        parser.parse_args()  # which refuses the rest
    else:
        arguments.checkpoints += rest  # after --data, which argparse does not take
    try:
        arguments.call(arguments)
    except (SyntaxError, ValueError, OSError) as error:
        sys.exit(" ".join(str(error).split()))


if __name__ == "__main__":
    main()
