"""Hold the claims of a paper against our tables: results/claim/<name>.parquet, and to be read .csv, .md, .rst and .html."""

from functools import partial

from lossland import claim, drawing, io, job


def work(job):
    tables = {role: io.load_tables(paths) for role, paths in job.inputs.items()}
    verdicts = claim.table(job.plugin.check(**tables, **job.options))
    parquet, *readable = job.out
    drawing.save(readable, verdicts, job.plugin.CAPTION, job.provenance)
    io.save_table(parquet, verdicts, claim.SCHEMA, claim.KEY, job.provenance)


main = partial(job.run, work)

if __name__ == "__main__":
    main()
