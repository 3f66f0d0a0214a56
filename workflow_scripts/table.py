"""Measure a subspace, or condense a table: results/table/<name>.parquet.

Every row names what was measured: `subspace` and `run`, the instance of it.
"""

from functools import partial

from lossland import io, job

NAMES = {"subspace": "string", "run": "string"}


def work(job):
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
    table = table.assign(**dict(zip(NAMES, names, strict=True)))
    io.save_table(job.out[0], table, NAMES | probe.SCHEMA, probe.KEY, job.provenance)


main = partial(job.run, work)

if __name__ == "__main__":
    main()
