"""IN: nothing, a download, or the user's own files under data_root. OUT: results/data/<name>.safetensors.

TO ADD a dataset: a file lossland/data/<source>.py with `load(root, *, ...) -> Arrays`, and a stanza in section data.
"""


# where Snakemake itself runs: the nodes of a cluster may not reach the internet
localrules:
    data,


rule data:
    """Read, download or draw a dataset."""
    output:
        "<results>/data/{name}.safetensors",
    log:
        "<results>/log/data/{name}.log",
    params:
        spec=spec_of("data"),
        code=code_of("data"),
    shell:
        COMMAND.format("data")
