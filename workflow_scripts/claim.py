"""Hold the claims of a paper against our tables: results/claim/<name>.parquet, .csv and .md."""

from functools import partial

from lossland import claim, io, job


def work(job):
    tables = {role: io.load_tables(paths) for role, paths in job.inputs.items()}
    verdicts = claim.table(job.plugin.check(**tables, **job.options))
    parquet, *readable = job.out
    io.save_table(parquet, verdicts, claim.SCHEMA, claim.KEY, job.provenance)
    io.save_drawing(readable, verdicts)


main = partial(job.run, work)

if __name__ == "__main__":
    main()
