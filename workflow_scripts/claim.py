"""Hold the claims of a paper against our tables: results/claim/<name>.parquet and .csv."""

from functools import partial

import this_checkout  # noqa: F401

from lossland.statistics import verdicts
from lossland.workflow import files, run


def work(job):
    tables = {role: job.tables(role) for role in job.inputs}
    claims = verdicts.table(job.function(**tables, **job.options))
    files.save_table_and_csv(job.out, claims, verdicts.SCHEMA, verdicts.KEY, job.provenance)


main = partial(run.run, work)

if __name__ == "__main__":
    main()
