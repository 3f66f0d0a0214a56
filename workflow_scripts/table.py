"""Measure subspaces, some on other data too, or condense tables, each on its own: results/table/<name>.parquet.

Every row names what was measured: `subspace` and `run`, the instance of it. Rows are in the order of their key, so that a
table that was measured in shards is the table that one job measures.
"""

from functools import partial

import pandas as pd

from lossland.workflow import files, run

NAMES = {"subspace": "string", "run": "string"}


def work(job):
    table = files.load_tables(job.inputs["shards"]) if "shards" in job.inputs else pd.concat(_measured(job))
    key = [*NAMES, *job.plugin.KEY]
    files.save_table(job.out[0], table.sort_values(key), NAMES | job.plugin.SCHEMA, key, job.provenance)


def _measured(job):
    """A table of each subspace, or of each path that the tables hold, with its name."""
    if "table" in job.inputs:
        for names, part in files.load_tables(job.inputs["table"]).groupby(list(NAMES)):
            yield _named(job.plugin.measure(part, **job.options), names)
        return
    from lossland.workflow import assemble, store  # torch, which a table from tables does without

    problem = assemble.problem(job)
    others = [store.load_arrays(path, job.data_root) for path in job.inputs.get("data", [])]
    for name, path in zip(job.spec["inputs"]["subspace"], job.inputs["subspace"], strict=True):
        yield _named(
            job.plugin.measure(problem, store.load_subspace(path), *others, **assemble.options(job)), name.partition("/")[::2]
        )


def _named(table, names):
    return table.assign(**dict(zip(NAMES, names, strict=True)))


main = partial(run.run, work)

if __name__ == "__main__":
    main()
