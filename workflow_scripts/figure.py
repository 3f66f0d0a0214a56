"""Draw a figure, a table, a surface or a mesh: results/figure/<name> as .png and .svg, .csv, .html or .vtu; with its record."""

from functools import partial

import matplotlib
import this_checkout  # noqa: F401

from lossland.workflow import artifacts, run


def work(job):
    matplotlib.use("agg")
    tables = {role: job.tables(role) for role in job.inputs}
    artifacts.save(job.out, job.function(**tables, **job.options), job.provenance)


main = partial(run.run, work)

if __name__ == "__main__":
    main()
