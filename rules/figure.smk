"""IN: tables. OUT: results/figure/<name>.png and .svg of a figure, .csv of a table of a paper, .html of a surface to turn, .vtu
of a mesh for ParaView; and of each the record of what made it (.json).

TO ADD a figure: a file lossland/papers/<paper>/figures/<figure>.py with `draw(*, ...) -> Figure` (or `-> pd.DataFrame`, or
`-> go.Figure` of plotly, or `-> meshio.Mesh`), whose docstring is the caption, and a stanza in section figure.
One rule for each figure, for they differ in the files they make.
"""

for figure in PLAN["figure"].values():

    rule:
        name:
            figure.name
        input:
            made_from(figure),
        output:
            files(figure),
        log:
            f"<results>/log/figure/{figure.name}.log",
        params:
            spec=figure.canonical,
            code=figure.code,
        shell:
            COMMAND.format("figure") + " --inputs {input:q}"
