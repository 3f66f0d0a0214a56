"""IN: tables. OUT: results/claim/<name>.parquet and .csv: the claims of a paper, its numbers beside ours, tested.

TO ADD claims: a file lossland/papers/<paper>/claims/<subject>.py with `check(*, ...) -> list[Claim]`,
whose docstring is the caption, and a stanza in section claim. One rule for each, so that each has a name as a target.
"""

for claim in PLAN["claim"].values():

    rule:
        name:
            f"{claim.name}_claims"
        input:
            made_from(claim),
        output:
            files(claim),
        log:
            f"<results>/log/claim/{claim.name}.log",
        params:
            spec=claim.canonical,
            code=claim.code,
        shell:
            COMMAND.format("claim") + " --inputs {input:q}"
