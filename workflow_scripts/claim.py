"""Hold the claims of a paper against our tables: results/claim/<name>.parquet, and to be read .csv, .rst and .html."""

from functools import partial

import this_checkout  # noqa: F401

from lossland.statistics import verdicts
from lossland.workflow import artifacts, files, run


def work(job):
    tables = {role: job.tables(role) for role in job.inputs}
    claims = verdicts.table(job.function(**tables, **job.options))
    parquet, csv, *readable = job.out
    caption = "\n\n".join([job.plugin.__doc__, verdicts.RULE, verdicts.ELSEWHERE])
    artifacts.save(readable, verdicts.readable(claims), caption, job.provenance)
    artifacts.save([csv], claims, caption, job.provenance)
    files.save_table(parquet, claims, verdicts.SCHEMA, verdicts.KEY, job.provenance)


main = partial(run.run, work)

if __name__ == "__main__":
    main()
