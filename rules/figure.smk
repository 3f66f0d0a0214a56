"""IN: tables. OUT: results/figure/<name>.png and .svg of a figure, .csv and .md of a table of a paper.

TO ADD a figure: a file lossland/figures/<figure>.py with `draw(*, ...) -> Figure` (or `-> pd.DataFrame`), and a stanza in
section figure. One rule for each figure, for figures and tables differ in the files they make.
"""

for figure in PLAN["figure"].values():

    rule:
        name:
            figure.name
        input:
            made_from(figure),
        output:
            [report(f, category=figure.aside.get("paper", "figures"), labels={"result": figure.name}) for f in files(figure)],
        log:
            f"<results>/log/figure/{figure.name}.log",
        params:
            spec=figure.canonical,
            code=figure.code,
        shell:
            COMMAND.format("figure") + " --inputs {input:q}"
