"""The counts of verdicts and the claims that do not hold, from results/claim/*.parquet: `make results-page`, after a full run.

Writes docs/results.md, and its table of counts between the same two marks in README.md: no number is typed by hand.
"""

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import yaml

ROOT = Path(__file__).resolve().parent.parent
VERDICTS = ["holds", "contradicted", "does not hold", "undecided", "not measurable"]  # in the order of the columns
MARKS = "<!-- counts: make results-page -->", "<!-- end of counts -->"
HEAD = "This page is generated from `results/claim` by `make results-page`; edits of it are lost."
REST = """Below are the claims with a verdict other than "holds": the claim, and what was measured once in each independent
run; our mean ± standard deviation over n runs; the bar; the published values, if there are any; and p."""
SHOWN = ["verdict", "claim", "ours", "bar", "published", "n", "p"]


def main(results, root=ROOT):
    """Write the page and the counts of the README of `root`. Raises ValueError if there are no verdicts, or no marks."""
    claims, makers = read(results, [folder.name for folder in (root / "lossland/papers").iterdir()])
    counted = counts(claims)
    readme = between_marks((root / "README.md").read_text(), counted)
    (root / "docs/results.md").write_text(page(claims, makers, counted))
    (root / "README.md").write_text(readme)


def read(results, papers):
    """All claims that the config asks for, with the paper and the file of each, and the records of what made them."""
    resolved = Path(results, "resolved.yaml")
    asked = yaml.load(resolved.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["claim"] if resolved.exists() else []
    files = [Path(results, "claim", f"{name}.parquet") for name in sorted(asked)]
    if missing := [file for file in files if not file.exists()] or [resolved] * (not files):
        raise ValueError(f"there is no {missing[0]}; make reproduce first, or name another folder of results")
    tables = []
    for file in files:
        found = [paper for paper in papers if file.stem.startswith(f"{paper}_")]
        paper = max(found, key=len, default="other")
        tables.append(pd.read_parquet(file).assign(paper=paper, subject=file.stem.removeprefix(f"{paper}_")))
    return pd.concat(tables, ignore_index=True), [json.loads(pq.read_schema(f).metadata[b"provenance"]) for f in files]


def counts(claims) -> str:
    """How many claims of each paper have which verdict."""
    by_paper = {paper: Counter(rows["verdict"]) for paper, rows in claims.groupby("paper")}
    by_paper["**all**"] = Counter(claims["verdict"])
    verdicts = sorted(set(claims["verdict"]), key=lambda v: VERDICTS.index(v) if v in VERDICTS else len(VERDICTS))
    rows = [[paper, found.total(), *(found[v] for v in verdicts)] for paper, found in by_paper.items()]
    return _table(["paper", "claims", *verdicts], rows, numbers_from=1)


def page(claims, makers, counted) -> str:
    """The whole of docs/results.md."""
    lines = ["# Results", "", f"{HEAD} {_made_from(makers)}", "", MARKS[0], "", counted, "", MARKS[1], "", REST]
    for paper, rows in claims[claims["verdict"] != "holds"].groupby("paper"):
        lines += ["", f"## {paper}"]
        for subject, some in rows.groupby("subject"):
            lines += ["", f"### {paper}: {subject}", "", _table(SHOWN, [_row(claim) for _, claim in some.iterrows()])]
    return "\n".join([*lines, ""])


def between_marks(text, counted) -> str:
    """`text` with `counted` between the two marks."""
    found = re.fullmatch(rf"(.*{MARKS[0]}\n).*(\n{MARKS[1]}.*)", text, re.S)
    if not found:
        raise ValueError(f"README.md lacks the marks {' and '.join(MARKS)}, between which the counts stand; put them back")
    return f"{found[1]}\n{counted}\n{found[2]}"


def _made_from(makers):
    """One sentence: at which revision, with which torch, on what."""
    links = [link for record in makers for link in record["chain"]]
    found = {
        "at revision": {(record["revision"] or "unknown")[:9] for record in makers},
        "with torch": {link["versions"]["torch"] for link in links if "torch" in link["versions"]},
        "on": {link["device"] for link in links},
    }
    words = [f"{word} {', '.join(sorted(values))}" for word, values in found.items() if values]
    return f"The verdicts are those of a run {', '.join(words)}."


def _row(claim):
    published = "" if claim["published"] == "none printed" else claim["published"]
    words = f"**{claim['claim']}**: {claim['measured']}"
    p = "" if pd.isna(claim["p"]) else f"{claim['p']:.2g}"
    ours, bar = (text.replace(" ", "&nbsp;") for text in (_spread(claim["mean"], claim["mean std"]), claim["bar"]))
    return [claim["verdict"], words, ours, bar, published, claim["n"], p]


def _spread(mean, std):
    """Mean ± standard deviation to the same place, the latter to two digits."""
    if not std > 0:
        return f"{mean:.3g}"
    place = int(f"{std:.1e}".partition("e")[2]) - 1
    return f"{mean:.{max(0, -place)}f} ± {std:.{max(0, -place)}f}"


def _table(head, rows, numbers_from=None):
    right = len(head) if numbers_from is None else numbers_from
    rule = ["---:" if i >= right else "---" for i in range(len(head))]
    cells = [[str(cell).replace("|", "\\|") for cell in row] for row in [head, rule, *rows]]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("results", nargs="?", default=ROOT / "results", help="default: results")
    try:
        main(parser.parse_args().results)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
