"""Measure a subspace, or condense a table: results/table/<name>.parquet.

Every row names what was measured: `subspace` and `run`, the instance of it. Rows are in the order of their key, so that a
table that was measured in shards is the table that one job measures.
"""

from functools import partial

from lossland import io, job

NAMES = {"subspace": "string", "run": "string"}


def work(job):
    table = io.load_tables(job.inputs["shards"]) if "shards" in job.inputs else _measured(job)
    table = table.sort_values(job.plugin.KEY)
    io.save_table(job.out[0], table, NAMES | job.plugin.SCHEMA, job.plugin.KEY, job.provenance)


def _measured(job):
    probe = job.plugin
    if "table" in job.inputs:
        source = io.load_tables(job.inputs["table"])
        table = probe.measure(source, **job.options)
        measured = source[list(NAMES)].drop_duplicates()
        names = measured.iloc[0].tolist() if len(measured) == 1 else [job.spec["name"], ""]
    else:
        from lossland import assemble, store  # torch, which a table from tables does without

        (path,) = job.inputs["subspace"]
        table = probe.measure(assemble.problem(job), store.load_subspace(path), **job.options)
        names = job.spec["inputs"]["subspace"][0].partition("/")[::2]
    return table.assign(**dict(zip(NAMES, names, strict=True)))


main = partial(job.run, work)

if __name__ == "__main__":
    main()
