"""From results to pages of the report: what a page shows is read from files, and the page is written with its record in it."""

from pathlib import Path

import pandas as pd

from lossland.report.made import Made, Shown
from lossland.workflow import files, plugins
from lossland.workflow.provenance import notes, told
from lossland.workflow.staleness import Reruns
from lossland.workflow.summary import Summary


def write(page, spec, path_of, provenance="", **lacks):
    """Write the file `page` and, beside it, what it shows of its spec; `path_of` gives the first file of a source, or None.

    `lacks` are fields of Made: what is missing, or out of date; or the `verdicts`, if they are not in a file.
    """
    found = {role: [path for entry in entries if (path := path_of(entry["file"]))] for role, entries in spec["inputs"].items()}
    ((name, options),) = spec["page"].items()
    claims = {subject: plugin for block in options.get("experiments", []) for subject, plugin in block["claims"].items()}
    made = {
        "verdicts": _tables(found.get("verdicts", [])),
        "trained": _tables(found.get("trained", [])),
        "figures": {shown.name: shown for shown in map(_shown, found.get("figures", []))},
        "captions": {subject: plugins.plugin("claims", plugin).caption for subject, plugin in claims.items()},
        "notes": [note for path in found.get("verdicts", []) for note in notes(files.provenance(path)["chain"])],
    }
    for file, content in plugins.load("pages", name)(Made(**made | lacks), **options).items():
        path = Path(page).parent / file if file else Path(page)
        if not file and provenance:
            content = content.replace(b"</head>", files.embedded(provenance) + b"</head>", 1)
        if not path.exists() or path.read_bytes() != content:
            with files.replacing(path, shared=True) as temporary:  # pages share plotly.js
                temporary.write_bytes(content)


def write_what_there_is(plan) -> str:
    """All pages as far as their results are there, with what is missing or out of date, and why; returns the first of them.

    A page that is up to date stays. One that is written here has no record, and is written again when all is there.
    """
    reasons = Reruns(plan).reasons
    summary = Summary(plan, reasons)
    for page in filter(reasons.__contains__, plan["report"].values()):
        there = {f"{job.section}/{job.name}": job.paths(plan.results)[0] for job in page.sources if job.made(plan.results)}
        behind = _behind(page)
        if page not in plan.default and not {*behind} & {*summary.made}:
            continue  # of a part that nobody has run
        tables = [table for job in behind if job.section == "verdict" and (table := summary.judged(job)) is not None]
        titles = {job.title for job in behind}
        lacks = {"missing": summary.missing, "out_of_date": summary.out_of_date}
        lacks = {lack: {title: why for title, why in jobs.items() if title in titles} for lack, jobs in lacks.items()}
        write(page.paths(plan.results)[0], page.spec, there.get, verdicts=_joined(tables), **lacks)
    return f"{plan.results}/report/index.html"


def _behind(page):
    """The figures, claims and verdicts of a page, or of the pages that it leads to."""
    found = {}
    for job in page.sources:
        if job.section in ("report", "verdict"):
            found |= dict.fromkeys(_behind(job))
        if job.section in ("figure", "claim", "verdict"):
            found[job] = None
    return list(found)


def _shown(path):
    """A figure, from its record and the files beside."""
    path, record = Path(path), files.provenance(path)
    (plugin,) = record["spec"]["draw"]
    beside = {ending: path.with_name(f"{path.stem}.{ending}") for ending in ("png", "csv", "html", "vtu")}
    there = {ending: file for ending, file in beside.items() if file.exists()}
    return Shown(path.stem, plugins.plugin("figures", plugin).caption, told(record), there)


def _tables(paths):
    return _joined([files.load_table(path) for path in paths])


def _joined(tables):
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
