"""Draw a figure, a table, a surface or a mesh of a paper: results/figure/<name> as .png and .svg, .html or .vtu; with caption
and record."""

from functools import partial

import matplotlib

from lossland import drawing, io, job


def work(job):
    matplotlib.use("agg")
    tables = {role: io.load_tables(paths) for role, paths in job.inputs.items()}
    drawing.save(job.out, job.plugin.draw(**tables, **job.options), job.plugin.CAPTION, job.provenance)


main = partial(job.run, work)

if __name__ == "__main__":
    main()
