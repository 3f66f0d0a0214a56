"""IN: all claims of a paper, or of one's own. OUT: results/verdict/<paper>.parquet and .csv: q and verdict of each.

Nothing of it is in the config: how much one p says depends on how many claims there are, so those of a paper are judged at once.
"""

for verdict in PLAN["verdict"].values():

    rule:
        name:
            f"{verdict.name}_verdicts"
        input:
            made_from(verdict),
        output:
            files(verdict),
        log:
            f"<results>/log/verdict/{verdict.name}.log",
        params:
            spec=verdict.canonical,
            code=verdict.code,
        shell:
            COMMAND.format("verdict") + " --inputs {input:q}"
