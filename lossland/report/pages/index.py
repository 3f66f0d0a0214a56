"""The first page: what there is on each paper and on one's own work, how its claims fare, and what could not be measured."""

from lossland.report import counts, render


def write(made, *, title: str, pages: list[dict]) -> dict[str, bytes]:
    """`pages` are the others, with their headings and a figure of each."""
    cards = []
    for page in pages:
        rows = made.verdicts[made.verdicts["paper"] == page["name"]] if len(made.verdicts) else made.verdicts
        cards.append(page | {
            "file": f"{page['name']}.html",
            "image": page["figure"] and f"{render.FILES}/{page['figure']}.png",
            "counts": counts.by_origin(rows, bool(page["paper"])),
            "failed": counts.failed(rows),
            "not_measurable": counts.not_measurable(rows),
        })  # fmt: skip
    values = {
        "title": title, "cards": cards, "whole": counts.by_origin(made.verdicts)[-1:], "stated": counts.STATED,
        "notes": made.notes, "signs": counts.SIGNS, "missing": made.missing, "out_of_date": made.out_of_date,
    }  # fmt: skip
    return {"": render.page("index.html", **values)}
