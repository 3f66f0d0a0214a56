"""What readers get of a plan: the verdicts and a page for each paper, a page for one's own work, and the page before them.

A chapter is a paper, a module of one's own experiments, or all figures and claims that name no paper; what a paper has in a
part, such as its appendix, is a chapter too. Its claims are judged together, whatever else a config asks for, so that a
paper's verdicts do not depend on which others are run.
"""

import ast
import re
from functools import lru_cache

from lossland.workflow import experiments, plugins
from lossland.workflow.jobs import Entry, Job
from lossland.workflow.series import Member

OWN = "own"  # the chapter of what names no paper
MOST = 500  # networks of a table, which one command names
CITATION = re.compile(r"(?P<short>[^,]+), (?P<title>.+)\s\(arXiv (?P<arxiv>[\d.]+)\)\.", re.S)


def chapter_of(job) -> str:
    return "_".join(job.aside[word] for word in ("paper", "part") if word in job.aside) or OWN


def add_chapters(plan, title=None, part=None):
    """Adds to a plan all that readers get of a part, or of what is in none, if there is anything to see."""
    drawn = {}
    for section in ("figure", "claim"):
        for job in plan[section].values():
            if job.aside.get("part") == part:
                drawn.setdefault(chapter_of(job), []).append(job)
    order = sorted(drawn, key=lambda name: (bool(_cited(drawn[name][0])), name))  # one's own work comes first
    title = title or ("Loss landscapes, reproduced" if all(_cited(drawn[name][0]) for name in order) else "Loss landscapes")
    first = part or "index"
    pages = [_page(plan, name, drawn[name], title, first if len(order) == 1 else None) for name in order]
    if len(pages) > 1:
        shown = [_heading(page) | {"figure": _first(page.options["experiments"], plan)} for page in pages]
        inputs = {
            "verdicts": [Entry(plan["verdict"][name]) for name in order if name in plan["verdict"]],
            "pages": list(map(Entry, pages)),
        }
        options = {"title": title, "pages": shown}
        aside = {"part": part} if part else {}
        plan.add(Job("report", first, plugins.plugin("pages", "index"), options, inputs, aside=aside))


def _page(plan, name, drawn, title, first) -> Job:
    """The page of a chapter; the only one is the `first` page."""
    of = {section: [job for job in drawn if job.section == section] for section in ("figure", "claim")}
    inputs = {
        "figures": list(map(Entry, of["figure"])),
        "verdicts": [Entry(_verdict(plan, name, of["claim"]))] if of["claim"] else [],
        "trained": _trained(plan, name, drawn),
    }
    networks = {entry.names[0][0]: _network(entry.source) for entry in inputs["trained"]}
    options = _heading(drawn[0]) | {"title": title, "alone": bool(first), "networks": networks}
    options["experiments"] = _experiments(plan, name, of)
    aside = {word: drawn[0].aside[word] for word in ("paper", "part") if word in drawn[0].aside}
    return plan.add(Job("report", first or name, plugins.plugin("pages", "chapter"), options, inputs, aside=aside))


def _verdict(plan, name, claims):
    given = [Entry(job, ((name, _subject(job)),)) for job in sorted(claims, key=lambda job: job.name)]
    return plan.add(Job("verdict", name, plugins.plugin("judges", "claims"), {}, {"claims": given}))


def _subject(claim) -> str:
    """What claims are about, as their paper calls it."""
    return claim.name.removeprefix(f"{claim.aside.get('paper', OWN)}_")


def _trained(plan, chapter, jobs) -> list[Entry]:
    """Tables of how well each network is trained from which the jobs are made, one for each stanza, or MOST of it."""
    networks, seen, todo = {}, set(), list(jobs)
    while todo:
        job = todo.pop()
        if job not in seen:
            seen.add(job)
            todo += job.made_from
            if job.section == "network":
                networks.setdefault(job.stem, []).append(job)
    probe, tables = plugins.plugin("probes", "trained"), []
    for stem, found in sorted(networks.items()):
        members = [Member(stem, job.name.removeprefix(stem).strip("/"), job) for job in sorted(found, key=lambda job: job.name)]
        for first in range(0, len(members), MOST):
            name = f"trained/{chapter}/{stem}{f'.from{first}' * bool(first)}"
            tables.append(plan.table(name, probe, "subspace", members[first : first + MOST], {}, where=stem))
    return [entry for table in tables for entry in table.entries]


def _network(table) -> dict:
    """What the networks of a table of `trained` are, in words."""
    ((model, options),) = table.setting.model.items()
    given = ", ".join(f"{option} {_word(value)}" for option, value in options.items() if value != _default(model, option))
    return {"model": f"{model} ({given})" if given else model, "data": table.setting.data.name}


def _word(value):
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def _default(model, option):
    return plugins.plugin("models", model).options[option][1]


def _experiments(plan, name, of) -> list[dict]:
    """The claims and figures of each experiment, in the order of the paper's sections; then those of plain stanzas."""
    beside = [job for job in of["figure"] if job.plugin.name.endswith("_beside")]
    found, left = [], {job: None for jobs in of.values() for job in jobs if job not in beside}
    for place, jobs in plan.experiments.items():
        own = [job for job in jobs if job in left]
        if own:
            _, _, label, choice = experiments.parts(place)
            found.append(_block(plugins.plugin("experiments", choice).caption.partition("\n\n")[0], label, own))
            for job in own:
                left.pop(job)
    first, last = ([_block(about, "", jobs)] if jobs else [] for about, jobs in (("Beside the paper.", beside), ("", left)))
    return [*first, *_by_section(found), *last]


def _block(about, label, jobs) -> dict:
    jobs = sorted(jobs, key=lambda job: job.section == "figure")
    claims = {_subject(job): job.plugin.name for job in jobs if job.section == "claim"}
    figures = [job.name for job in jobs if job.section == "figure"]
    return {"about": " ".join(about.split()), "label": label, "claims": claims, "figures": figures}


def _by_section(blocks):
    """Sorted by the first section that each one names; one that names none stays behind the one before it."""
    keys, last = [], (0,)
    for block in blocks:
        section = re.search(r"sections? (\d+(?:\.\d+)*)", block["about"])
        last = tuple(map(int, section[1].split("."))) if section else last
        keys.append(last)
    return [block for _, block in sorted(zip(keys, blocks, strict=True), key=lambda pair: pair[0])]


def _first(blocks, plan) -> str:
    """A figure for the page before them all: the first in the paper, by its number; else the first on the page."""
    images = [f for block in blocks for f in block["figures"] if plan["figure"][f].kind == "figures"]
    numbered = {int(found[1]): f for f in reversed(images) if (found := re.search(r"_fig(\d+)$", f))}
    return numbered[min(numbered)] if numbered else next(iter(images), "")


def _heading(job) -> dict:
    """What the chapter of a job is called; of a paper also its title and where it is."""
    name, part = chapter_of(job), job.aside.get("part")
    heading = {"heading": "Own work" if name == OWN else job.aside["paper"], "paper": "", "link": ""} | (_cited(job) or {})
    return {"name": name} | heading | ({"heading": f"{heading['heading']}, {part}"} if part else {})


def _cited(job) -> dict | None:
    return citation(job.aside.get("paper", OWN))


@lru_cache(None)
def citation(name) -> dict | None:
    """Of a paper that is reproduced here, from the docstring of its folder; None of anything else."""
    file = plugins.ROOT / "lossland/papers" / name / "__init__.py"
    found = CITATION.fullmatch(ast.get_docstring(ast.parse(file.read_bytes())) or "") if file.exists() else None
    return found and {"heading": found["short"], "paper": found["title"], "link": f"https://arxiv.org/abs/{found['arxiv']}"}
