"""The counts of verdicts and the claims that do not hold, from results/verdict: `make results-page`, after a full run.

Writes docs/results.md, and its table of counts between the same two marks in README.md: no number is typed by hand.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from lossland.report.forest import drawn
from lossland.statistics.verdicts import VERDICTS

ROOT = Path(__file__).resolve().parent.parent
MARKS = "<!-- counts: make results-page -->", "<!-- end of counts -->"
HEAD = "This page is generated from `results/verdict` by `make results-page`; edits of it are lost."
REST = """Below are the claims with a verdict other than "holds": the claim, and what was measured once in each independent
run; our mean over n runs with its 95 % interval, drawn against the bar, whose tinted side is the claim's, and the published
values (diamonds); and q, of all claims of the paper. In brackets: whose claim it is, if not the paper's."""
SHOWN = ["verdict", "claim", "ours", "bar", "n", "q"]


def main(results, root=ROOT):
    """Write the page and the counts of the README of `root`. Raises ValueError if there are no verdicts, or no marks."""
    claims, makers = read(results)
    counted = counts(claims)
    readme = between_marks((root / "README.md").read_text(), counted)
    (root / "docs/results.md").write_text(page(claims, makers, counted))
    (root / "README.md").write_text(readme)


def read(results):
    """The judged claims and checks of all papers, and the records of what made them. Raises ValueError if there are none."""
    found = sorted(Path(results, "verdict").glob("*.parquet"))
    if not found:
        raise ValueError(f"there is no {results}/verdict/*.parquet; make reproduce first, or name another folder of results")
    claims = pd.concat(map(pd.read_parquet, found), ignore_index=True)
    if claims.duplicated(["paper", "subject", "claim"]).any():
        raise ValueError(f"{results}/verdict has claims twice, once of an earlier run; make clean-stale")
    return claims, [json.loads(pq.read_schema(file).metadata[b"provenance"]) for file in found]


def counts(claims) -> str:
    """How many claims of each paper and origin have which verdict; checks of the run are not counted."""
    claims = claims[claims["kind"] == "claim"]
    parts = {key: part["verdict"] for key, part in claims.groupby(["paper", "origin"])} | {("**all**", ""): claims["verdict"]}
    rows = [[*key, len(part), *((part == verdict).sum() for verdict in VERDICTS)] for key, part in parts.items()]
    return _table(["paper", "origin", "claims", *VERDICTS], rows, numbers_from=2)


def page(claims, makers, counted) -> str:
    """The whole of docs/results.md."""
    lines = ["# Results", "", f"{HEAD} {_made_from(makers)}", "", MARKS[0], "", counted, "", MARKS[1], "", REST]
    for paper, rows in claims[~claims["verdict"].isin(["holds", "passed"])].groupby("paper"):
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
    words = [f"{word} {', '.join(sorted(filter(None, values)))}" for word, values in found.items() if any(values)]
    return f"The verdicts are those of a run {', '.join(words)}."


def _row(claim):
    words = f"**{claim['claim']}**: {claim['statement' if claim['kind'] == 'check' else 'measured']}"
    words += "" if claim["origin"] in ("", "this paper") else f" ({claim['origin']})"
    if claim["kind"] == "check":
        return ["**failed check**", words, "", "", "", ""]
    ours = f"{claim['effect']:.3g}" + ("" if pd.isna(claim["low"]) else f" ({claim['low']:.3g} to {claim['high']:.3g})")
    found = claim["reason"] if claim["verdict"] == "not measurable" else f"{ours}{drawn(claim)}"
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
    try:
        main(parser.parse_args().results)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
