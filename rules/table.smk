"""IN: a subspace, or tables. OUT: results/table/<name>.parquet, a long table of the probe's SCHEMA.

TO ADD a probe: a file lossland/probes/<probe>.py with SCHEMA, KEY and `measure(problem, subspace, *, ...)` or
`measure(table, *, ...)`, and a stanza in section table that names it. One rule for each probe in use, named after it.
"""

for probe in plugins_of("table"):

    rule:
        name:
            probe
        input:
            data=data_of("table"),
            measured=inputs_of("table"),
        output:
            "<results>/table/{name}.parquet",
        log:
            "<results>/log/table/{name}.log",
        wildcard_constraints:
            name=names_with("table", probe),
        group:
            by_name("table", group_of)
        threads: resource("table", probe, "threads")
        resources:
            gpu=resource("table", probe, "gpu"),
            gres=resource("table", probe, "gres"),
            mem_mb=resource("table", probe, "mem_mb"),
            runtime=resource("table", probe, "runtime"),
        params:
            spec=spec_of("table"),
            gpu=gpu_of("table"),
            code=code_of("table"),
        shell:
            COMMAND.format("table") + " --gpu {params.gpu} --data {input.data:q} --inputs {input.measured:q}"
