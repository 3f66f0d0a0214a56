"""IN: figures, verdicts, tables of how well networks are trained. OUT: results/report/index.html, a page for each paper and one
for your own work; and in results/report/files what they show and link to. The folder opens anywhere, without a network.

Nothing of it is in the config but the title. TO CHANGE how it looks: lossland/report/ has the templates.
"""

for page in PLAN["report"].values():

    rule:
        name:
            f"{page.name}_page"
        input:
            made_from(page),
        output:
            files(page),
        log:
            f"<results>/log/report/{page.name}.log",
        params:
            spec=page.canonical,
            code=page.code,
        shell:
            COMMAND.format("report") + " --inputs {input:q}"
