"""The page of a paper, or of one's own work: its claims by experiment, each with the figures that show it, and the networks."""

import re

from lossland.report import counts, numbers, render
from lossland.report.captions import caption

ABOUT = re.compile(r"(?P<title>.*?) \((?P<places>[^()]*)\)(?P<rest>.*?)\.?")
ARXIV = re.compile(r",? ?\(?arXiv [\d.]+\)?")


def write(
    made, *, title: str, name: str, heading: str, paper: str, link: str, alone: bool, experiments: list[dict], networks: dict
) -> dict[str, bytes]:
    """`experiments` are blocks of claims (subject -> name of what checks them) and figures, with what they are about.

    `alone`: it is the only page. `networks` maps the labels of what was trained to their model and data, in words.
    """
    files, blocks = {}, []
    for block in experiments:
        figures = []
        for shown in (made.figures[name] for name in block["figures"] if name in made.figures):
            values, own = render.figure(shown)
            figures.append(values)
            files |= own
        subjects = [_subject(made, subject) for subject in block["claims"]]
        blocks.append(
            _about(block, heading) | {"figures": figures, "subjects": [s for s in subjects if s["rows"] or s["checks"]]}
        )
    if len(made.verdicts):
        files[f"{render.FILES}/verdicts_{name}.csv"] = made.verdicts.to_csv(index=False).encode()
    values = {
        "title": title, "heading": title if alone and not paper else heading, "paper": paper, "link": link, "alone": alone,
        "blocks": [b for b in blocks if b["figures"] or b["subjects"]], "notes": made.notes,
        "networks": well_trained(made.trained, networks, f"{name}/"),
        "counts": counts.by_origin(made.verdicts, bool(paper)), "failed": counts.failed(made.verdicts),
        "not_measurable": counts.not_measurable(made.verdicts), "stated": counts.STATED, "signs": counts.SIGNS,
        "missing": made.missing, "out_of_date": made.out_of_date, "verdicts": next((f for f in files if "verdicts_" in f), ""),
        "surfaces_shown": render.LIBRARY in files, "library": render.LIBRARY,
    }  # fmt: skip
    return {"": render.page("chapter.html", **values)} | files


def _about(block, heading):
    """The title of an experiment, and where in the paper it is."""
    found = ABOUT.fullmatch(block["about"])
    title, where = (found["title"], found["places"]) if found else (block["about"].rstrip("."), "")
    where = ARXIV.sub("", where).removeprefix(heading).strip(" ,")
    places = ", ".join(filter(None, [where, found["rest"].strip(" :,") if found else ""]))
    return {"title": f"{title}, {block['label']}" if block["label"] else title, "places": places}


def _subject(made, subject):
    """The claims and the checks of a file, with its caption."""
    rows = made.verdicts[made.verdicts["subject"] == subject].to_dict("records") if len(made.verdicts) else []
    title, text = caption(made.captions.get(subject, ""))
    return {
        "name": subject, "title": title, "text": text, "rows": [row for row in rows if row["kind"] == "claim"],
        "checks": [row for row in rows if row["kind"] == "check"],
    }  # fmt: skip


def well_trained(trained, named, place):
    """A row for each label, without its `place`: its networks' number, parameters, epochs and scores."""
    rows = []
    for label, part in trained.groupby("subspace", sort=False) if len(trained) else ():
        epochs = part["epochs"].dropna()
        row = {"label": label.removeprefix(place), "n": part["run"].nunique()}
        row["parameters"] = numbers.short(part["parameters"].max(), digits=12)
        row["epochs"] = numbers.apart(epochs.min(), epochs.max(), digits=6) if len(epochs) else ""
        row |= {split: _scores(part[part["split"] == split]) for split in ("train", "test")}
        rows.append(row | named.get(label, {"model": "", "data": ""}))
    return rows


def _scores(part):
    """The errors in percent, or what there is of scores, from the lowest of the networks to the highest."""
    ranges = part.groupby("quantity")["value"].agg(["min", "max"])
    if "error" in ranges.index:
        return f"{numbers.apart(*ranges.loc['error'], scale=100)} %"
    return ", ".join(f"{name.replace('_', ' ')} {numbers.apart(*row)}" for name, row in ranges.iterrows())
