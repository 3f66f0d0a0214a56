"""IN: a dataset. OUT: results/network/<name>.safetensors, a trained network with the snapshots of its trajectory.

TO ADD an architecture: a file lossland/models/<model>.py with `build(shape, classes, *, ...) -> nn.Module`, and a stanza in
section network that names it. One rule for each method that the section uses, named after it.
"""

for method in plugins_of("network"):

    rule:
        name:
            method
        input:
            data=data_of("network"),
        output:
            "<results>/network/{name}.safetensors",
        log:
            "<results>/log/network/{name}.log",
        wildcard_constraints:
            name=names_with("network", method),
        threads: resource("network", method, "threads")
        resources:
            gpu=resource("network", method, "gpu"),
            gres=resource("network", method, "gres"),
            mem_mb=resource("network", method, "mem_mb"),
            runtime=resource("network", method, "runtime"),
        params:
            spec=spec_of("network"),
            gpu=gpu_of("network"),
            code=code_of("network"),
        shell:
            COMMAND.format("network") + " --gpu {params.gpu} --data {input.data:q}"
