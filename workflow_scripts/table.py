"""Measure subspaces, some on other data too, or condense tables, each on its own: results/table/<name>.parquet.

Every row names what was measured: `subspace`, its label, and `run`. Rows are in the order of their key, so that a table that
was measured in shards is the table that one job measures.
"""

from functools import partial

import pandas as pd
import this_checkout  # noqa: F401

from lossland.workflow import files, run
from lossland.workflow.files import NAMES


def work(job):
    table = job.tables("shards") if "shards" in job.inputs else pd.concat(_measured(job))
    key = [*NAMES, *job.plugin.KEY]
    files.save_table(job.out[0], table.sort_values(key), NAMES | job.plugin.SCHEMA, key, job.provenance)


def _measured(job):
    """A table of each subspace, or of each path that the tables hold, with its name."""
    if "table" in job.inputs:
        for names, part in job.tables("table").groupby(list(NAMES)):
            yield _named(job.function(part, **job.options), names)
        return
    from lossland.workflow import assemble, store  # torch, which a table from tables does without

    problem = assemble.problem(job)
    others = [store.load_arrays(job.path(entry), job.data_root) for entry in job.inputs.get("data", [])]
    for entry in job.inputs["subspace"]:
        subspace = assemble.subspace(job, problem, entry)
        yield _named(job.function(problem, subspace, *others, **job.options), *entry["names"])


def _named(table, names):
    return table.assign(**dict(zip(NAMES, names, strict=True)))


main = partial(run.run, work)

if __name__ == "__main__":
    main()
