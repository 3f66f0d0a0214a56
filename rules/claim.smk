"""IN: tables. OUT: results/claim/<name>.parquet, .csv and .md: the claims of a paper, its numbers beside ours, a verdict.

TO ADD claims: a file lossland/claims/<paper>.py with `check(*, ...) -> list[Claim]`, and a stanza in section claim.
"""


rule claim:
    """Hold the claims of a paper against our runs."""
    input:
        inputs_of("claim"),
    output:
        "<results>/claim/{name}.parquet",
        report("<results>/claim/{name}.csv", category="claims", labels={"claims of": "{name}"}),
        "<results>/claim/{name}.md",
    log:
        "<results>/log/claim/{name}.log",
    params:
        spec=spec_of("claim"),
        code=code_of("claim"),
    shell:
        COMMAND.format("claim") + " --inputs {input:q}"
