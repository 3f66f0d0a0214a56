"""Draw a figure or a table of a paper: results/figure/<name>.png and .svg, or .csv and .md."""

from functools import partial

import matplotlib

from lossland import io, job


def work(job):
    matplotlib.use("agg")
    tables = {role: io.load_tables(paths) for role, paths in job.inputs.items()}
    io.save_drawing(job.out, job.plugin.draw(**tables, **job.options))


main = partial(job.run, work)

if __name__ == "__main__":
    main()
