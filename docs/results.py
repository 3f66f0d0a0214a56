"""Results of a run for the docs: `python docs/results.py RESULTS [SIZE]`, `make results-page` for those of the default.

What is small of each chapter of the report (verdicts, how well networks are trained, numbers beside the paper's, a few figures)
is kept in docs/results/<size>/<chapter>. From there docs/results.md, a page for each paper and the counts of the default in
README.md are written, for all sizes that are kept: no number is typed by hand, and no run is needed to write them anew.
"""

import argparse
import json
import re
import shutil
import sys
from pathlib import Path

import matplotlib
import pandas as pd

from lossland.papers.beside import OURS, drawn
from lossland.report.forest import drawn as forest
from lossland.report.pages.chapter import well_trained
from lossland.report.render import image
from lossland.statistics.verdicts import VERDICTS
from lossland.workflow import files, plugins
from lossland.workflow.chapters import citation
from lossland.workflow.provenance import told

ROOT = Path(__file__).resolve().parent.parent
PAPERS = sorted(folder.name for folder in (ROOT / "lossland/papers").iterdir() if citation(folder.name))
SIZES = {"default": "MNIST, the default", "cifar10": "CIFAR-10 on a CPU", "paper": "the papers' own size"}
MARKS = "<!-- counts: make results-page -->", "<!-- end of counts -->"
HEAD = "This page is generated from `docs/results` by `docs/results.py`; edits of it are lost."
READ = """A row is a claim, and what was measured once in each independent run; our mean over n runs with its 95 % interval,
drawn against the bar, whose tinted side is the claim's, and the published values (diamonds); and q, of all claims of the paper
in a run. In brackets: whose claim it is, if not the paper's."""
SHOWN = ["verdict", "claim", "ours", "bar", "n", "q"]
TRAINED = {"label": "networks", "model": "model", "data": "data", "n": "number", "parameters": "parameters", "epochs": "epochs",
           "train": "train error", "test": "test error"}  # fmt: skip
FIGURES, LARGEST = 4, 150_000  # of a chapter; bytes of one


def main(results, size="default", root=ROOT):
    """Keep what there is of a run, and write all pages. Raises ValueError if there is no report, or a README without marks."""
    readme = (root / "README.md").read_text()
    between_marks(readme, "")
    chapters = [page for page in sorted(Path(results, "report").glob("*.html")) if _options(page)]
    if not chapters:
        raise ValueError(
            f"there is no page of a paper in {results}/report; make reproduce first, or name another folder of results"
        )
    for page in chapters:
        keep(page, Path(results), root / "docs/results" / size / page.stem)
    sizes = kept(root)
    draw(sizes, root / "docs/results")
    for name, text in pages(sizes).items():
        (root / "docs" / name).write_text(text)
    if "default" in sizes:
        (root / "README.md").write_text(between_marks(readme, counts(whole(sizes["default"]))))


def _options(page):
    """What a page of the report shows, if it is of a paper and has a record, as that of a whole run has."""
    try:
        options = files.provenance(page)["spec"]["page"].get("chapter")
    except files.FileRefused:
        return None
    return options if options and options["paper"] else None


def keep(page, results, folder):
    """The verdicts, networks, numbers beside the paper's and figures of one page of the report."""
    record, options = files.provenance(page), _options(page)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    name = options["name"]
    for entry in record["spec"]["inputs"].get("verdicts", []):
        shutil.copy(results / f"{entry['file']}.parquet", folder / "verdicts.parquet")
    trained = _tables(results, record["spec"]["inputs"]["trained"])
    pd.DataFrame(well_trained(trained, options["networks"], f"{name}/")).to_csv(folder / "networks.csv", index=False)
    shown, images = {}, 0
    for figure in [figure for block in options["experiments"] for figure in block["figures"]]:
        drawing = files.provenance(results / f"figure/{figure}.json")
        ((plugin, own),) = drawing["spec"]["draw"].items()
        if plugin.endswith("_beside"):
            tables = {role: _tables(results, entries) for role, entries in drawing["spec"]["inputs"].items()}
            plugins.imported("figures", plugin).rows(**tables, **own).to_csv(folder / f"{figure}.csv", index=False)
            shown[figure] = plugin
        elif images < FIGURES and (file := results / f"figure/{figure}.png").exists():
            few, _ = image(file)
            if len(few) <= LARGEST:
                (folder / file.name).write_bytes(few)
                shown[figure], images = plugin, images + 1
    told_of = {"made": told(record)[0], "hours": _hours(record, results), "figures": shown}
    (folder / "made.json").write_text(json.dumps(told_of, indent=1) + "\n")


def _tables(results, entries):
    return files.renamed([(files.load_table(results / f"{entry['file']}.parquet"), entry) for entry in entries])


def _hours(record, results):
    """What the jobs behind a page took, by themselves; what was stopped counts from where it went on."""
    made = [results / "log" / "/".join(result.split(" ", 1)) for link in record["chain"] for result in link["results"]]
    logs = [file for path in made if (file := path.with_name(f"{path.name}.json")).exists()]
    return sum(json.loads(file.read_text())["seconds"] for file in logs) / 3600


def kept(root) -> dict[str, dict[str, Path]]:
    """size -> chapter -> folder, of all that was kept."""
    found = {}
    for file in sorted(root.glob("docs/results/*/*/made.json")):
        found.setdefault(file.parent.parent.name, {})[file.parent.name] = file.parent
    return {size: found[size] for size in sorted(found, key=lambda size: [*SIZES, size].index(size))}


def whole(chapters):
    """Those of papers, without what is in parts of them, such as an appendix."""
    return {name: folder for name, folder in chapters.items() if name in PAPERS}


def draw(sizes, folder):
    """What a paper shows beside ours of all sizes: `folder`/<figure>.png."""
    tables = {}
    for size, chapters in sizes.items():
        for chapter in chapters.values():
            for file in sorted(chapter.glob("*_beside*.csv")):
                rows = pd.read_csv(file, dtype={"along": str}).fillna({"along": ""})
                tables.setdefault(file.stem, []).append(rows.replace({"source": {OURS: f"ours: {_title(size)}"}}))
    for name, rows in tables.items():
        together = pd.concat(rows, ignore_index=True).drop_duplicates(["source", "panel", "series", "x"])
        drawn(together).savefig(folder / f"{name}.png")
        (folder / f"{name}.png").write_bytes(image(folder / f"{name}.png")[0])


def pages(sizes) -> dict[str, str]:
    """The pages of all sizes, by their names below docs/."""
    lines = ["# Results", "", HEAD, "What each paper shows stands beside ours, of every size that was run, on its page."]
    for size, chapters in sizes.items():
        hours = sum(_made(folder)["hours"] for folder in chapters.values())
        took = f"It took {hours:.2g} hours of a core or device; what two papers use counts twice."
        lines += ["", f"## {_title(size)}", "", f"{_where(chapters)} {took}", "", counts(chapters)]
    texts = {f"results/{paper}.md": page(paper, sizes) for paper in PAPERS if _of(paper, sizes)}
    links = [f"- [{citation(name[8:-3])['heading']}]({name})" for name in texts]
    return {"results.md": "\n".join([*lines[:4], "", *links, *lines[4:], ""])} | texts


def page(paper, sizes) -> str:
    """All of one paper: beside it, what was trained, the claims and some figures of each size."""
    cited, own = citation(paper), _of(paper, sizes)
    lines = [
        f"# {cited['heading']}: results",
        "",
        f"*{cited['paper']}*, [arXiv]({cited['link']}). {HEAD}",
        "",
        "## Beside the paper",
    ]
    shown = {name: plugin for folder in own.values() for name, plugin in _made(folder)["figures"].items()}
    beside = {name: plugin for name, plugin in shown.items() if plugin.endswith("_beside")}
    for name, plugin in beside.items():
        title, *text = plugins.plugin("figures", plugin).caption.split("\n\n")
        lines += ["", f"![{' '.join(title.split())}]({name}.png)"]
    lines += [
        "",
        "\n\n".join(text) if beside else "No number of this paper is known to us: what it says is held claim by claim.",
    ]
    lines += ["", "## What was trained, and how well", "", *(_trained(where, folder) for where, folder in own.items()), ""]
    rows = [[where, *row] for where, folder in own.items() for row in _networks(folder).to_numpy()]
    lines += [_table(["size", *TRAINED.values()], rows), "", "## Claims", "", READ]
    for where, folder in own.items():
        claims = files.load_table(folder / "verdicts.parquet")
        rows = [_row(claim) for _, claim in claims[claims["verdict"] != "passed"].iterrows()]
        lines += ["", f"### {where}", "", _table(SHOWN, rows)]
    lines += ["", "## Figures"]
    for where, folder in own.items():
        for name, plugin in _made(folder)["figures"].items():
            if name not in beside:
                title = " ".join(plugins.plugin("figures", plugin).caption.split("\n\n")[0].split())
                lines += ["", f"![{title}]({folder.parent.name}/{folder.name}/{name}.png)", "", f"*{where}. {title}*"]
    return "\n".join([*lines, ""])


def counts(chapters) -> str:
    """How many claims of each paper and origin have which verdict; checks of the run are not counted."""
    claims = pd.concat([files.load_table(folder / "verdicts.parquet") for folder in chapters.values()], ignore_index=True)
    claims = claims[claims["kind"] == "claim"]
    parts = {key: part["verdict"] for key, part in claims.groupby(["paper", "origin"])} | {("**all**", ""): claims["verdict"]}
    rows = [[*key, len(part), *((part == verdict).sum() for verdict in VERDICTS)] for key, part in parts.items()]
    return _table(["paper", "origin", "claims", *VERDICTS], rows, numbers_from=2)


def between_marks(text, counted) -> str:
    """`text` with `counted` between the two marks."""
    found = re.fullmatch(rf"(.*{MARKS[0]}\n).*(\n{MARKS[1]}.*)", text, re.S)
    if not found:
        raise ValueError(f"README.md lacks the marks {' and '.join(MARKS)}, between which the counts stand; put them back")
    return f"{found[1]}\n{counted}\n{found[2]}"


def _title(size):
    return SIZES.get(size, size)


def _made(folder):
    return json.loads((folder / "made.json").read_text())


def _where(chapters):
    return " ".join(
        sorted({re.sub(r"^Made from .*?, (on .*)", r"Run \1", _made(folder)["made"]) for folder in chapters.values()})
    )


def _networks(folder):
    return pd.read_csv(folder / "networks.csv", dtype=str).fillna("")[list(TRAINED)]


def _trained(where, folder):
    """What differs from the paper: of the networks of the config, not of those that experiments train like them."""
    told = [f"{row.label} ({row.parameters} parameters) on {row.data} for {row.epochs} epochs (tested: {row.test})"
            for row in _networks(folder).itertuples() if "/" not in row.label and row.epochs]  # fmt: skip
    return f"Ours, {where}: {'; '.join(told)}."


def _of(paper, sizes) -> dict[str, Path]:
    """Size and part, in words -> folder, of the chapters of a paper."""
    found = {}
    for size, chapters in sizes.items():
        for name, folder in chapters.items():
            if name == paper or name.startswith(f"{paper}_"):
                part = name.removeprefix(paper).strip("_")
                found[f"{_title(size)}, {part}" if part else _title(size)] = folder
    return found


def _row(claim):
    words = f"**{claim['claim']}**: {claim['statement' if claim['kind'] == 'check' else 'measured']}"
    words += "" if claim["origin"] in ("", "this paper") else f" ({claim['origin']})"
    if claim["kind"] == "check":
        return ["**failed check**", words, "", "", "", ""]
    ours = f"{claim['effect']:.3g}" + ("" if pd.isna(claim["low"]) else f" ({claim['low']:.3g} to {claim['high']:.3g})")
    found = claim["reason"] if claim["verdict"] == "not measurable" else f"{ours}{forest(claim)}"
    bar = claim["bar"] + ("" if claim["published"] == "none printed" else f"; published: {claim['published']}")
    return [claim["verdict"], words, found, bar, claim["n"], "" if pd.isna(claim["q"]) else f"{claim['q']:.2g}"]


def _table(head, rows, numbers_from=None):
    right = len(head) if numbers_from is None else numbers_from
    rule = ["---:" if i >= right else "---" for i in range(len(head))]
    cells = [[str(cell).replace("|", "\\|") for cell in row] for row in [head, rule, *rows]]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("results", nargs="?", default=ROOT / "results", help="default: results")
    parser.add_argument("size", nargs="?", default="default", help="the folder of docs/results; default: default")
    try:
        matplotlib.use("agg")
        main(**vars(parser.parse_args()))
    except (OSError, ValueError) as error:
        sys.exit(str(error))
