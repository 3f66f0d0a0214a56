"""IN: networks and other subspaces. OUT: results/subspace/<name>.safetensors, anchors and a chart.

TO ADD a method: a file lossland/methods/<method>.py with `build(problem, sources, *, ...) -> Subspace`, and a stanza in
section subspace that names it. One rule for each method that the section uses, named after it.
"""

for method in plugins_of("subspace"):

    rule:
        name:
            method if method not in plugins_of("network") else f"{method}_subspace"
        input:
            data=data_of("subspace"),
            sources=inputs_of("subspace"),
        output:
            "<results>/subspace/{name}.safetensors",
        log:
            "<results>/log/subspace/{name}.log",
        wildcard_constraints:
            name=names_with("subspace", method),
        threads: resource("subspace", method, "threads")
        resources:
            gpu=resource("subspace", method, "gpu"),
            gres=resource("subspace", method, "gres"),
            mem_mb=resource("subspace", method, "mem_mb"),
            runtime=resource("subspace", method, "runtime"),
        params:
            spec=spec_of("subspace"),
            gpu=gpu_of("subspace"),
            code=code_of("subspace"),
        shell:
            COMMAND.format("subspace") + " --gpu {params.gpu} --data {input.data:q} --inputs {input.sources:q}"
