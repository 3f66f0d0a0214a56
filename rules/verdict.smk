"""IN: all claims. OUT: results/verdict/all.parquet, .csv and .html: q and verdict of each; and a page for each paper.

Nothing of it is in the config: how much one p says depends on how many there are, so all claims of a config are judged at once.
"""

for verdict in PLAN["verdict"].values():

    rule:
        name:
            f"{verdict.name}_verdicts"
        input:
            made_from(verdict),
        output:
            shown(verdict),
        log:
            f"<results>/log/verdict/{verdict.name}.log",
        params:
            spec=verdict.canonical,
            code=verdict.code,
        shell:
            COMMAND.format("verdict") + " --inputs {input:q}"
