"""A claim as a line of a forest plot: our mean with its 95 % interval, the bar and its side, the published value; as SVG.

Each line has a scale of its own, logarithmic for ratios. Colours are those of the page (classes of look.css), so that one
drawing does in light, dark and print. What a row does not give is not drawn; nothing of it can break the page.
"""

import math
import re

from lossland.report.numbers import short

WIDTH, HEIGHT, EDGE = 300, 50, 14
LINE, TEXT = 17, 45  # heights of the interval and of the labels
NUMBER = r"(-?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf))"
BAR = re.compile(rf"(above|below) {NUMBER}")
MARGIN = re.compile(rf"within (a factor of )?{NUMBER} of {NUMBER}")
PUBLISHED = re.compile(rf"{NUMBER}(?: to {NUMBER}.*)?")
INSIDE = 1e-9  # of rounding, between a mean of logarithms and its interval


def drawn(row) -> str:
    """The SVG of a row of verdicts; empty if there is nothing to draw."""
    effect, low, high = (_number(row[name]) for name in ("effect", "low", "high"))
    side, published = claimed(row["bar"]), _published(row["published"])
    marks = [x for x in (*side, *published, effect, low, high) if math.isfinite(x)]
    if not math.isfinite(effect) or not marks:
        return ""
    logarithmic = _is_ratio(effect, low, high, row["bar"]) and min(marks) > 0
    place = _scale(marks, logarithmic)
    parts = [_side(side, place), *(f'<path class="bar" d="M{place(x):.1f} 3V31"/>' for x in side if math.isfinite(x))]
    if math.isfinite(low) and math.isfinite(high):
        parts.append(f'<path class="ours" d="M{place(low):.1f} {LINE}H{place(high):.1f}"/>')
    parts.append(f'<circle class="ours" cx="{place(effect):.1f}" cy="{LINE}" r="4.5"/>')
    parts += _printed(published, place)
    parts += _labels(side, published, place)
    kind = " log" if logarithmic else ""
    words = f"{short(effect)} ({short(low)} to {short(high)}); bar: {row['bar']}; published: {row['published']}"
    return (
        f'<svg class="forest{kind}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{_escaped(words)}">'
        f'<path class="axis" d="M{EDGE} 31H{WIDTH - EDGE}"/>{"".join(parts)}</svg>'
    )


def claimed(bar) -> tuple[float, float]:
    """The interval in which a claim puts the number; NaNs if its words say none."""
    if found := BAR.fullmatch(str(bar)):
        edge = float(found[2])
        return (edge, math.inf) if found[1] == "above" else (-math.inf, edge)
    if found := MARGIN.fullmatch(str(bar)):
        margin, around = float(found[2]), float(found[3])
        return (around / margin, around * margin) if found[1] else (around - margin, around + margin)
    return math.nan, math.nan


def _published(text):
    found = PUBLISHED.match(str(text))
    return sorted({float(x) for x in found.groups() if x}) if found else []


def _is_ratio(effect, low, high, bar):
    """Whether the interval is even in logarithms: then the claim was tested in them."""
    if "factor" in str(bar):
        return True
    if not 0 < low < effect < high < math.inf:
        return False
    even, plain = math.log(low) + math.log(high) - 2 * math.log(effect), low + high - 2 * effect
    return abs(even) < INSIDE < abs(plain) / (high - low)


def _scale(marks, logarithmic):
    """From a number to x; what lies outside of the drawing is at its edge."""
    to = (lambda x: math.log(x) if x > 0 else -math.inf) if logarithmic else float
    first, last = min(map(to, marks)), max(map(to, marks))
    room = 0.08 * (last - first) or 0.5 * abs(first) or 1.0
    first, last = first - room, last + room

    def place(x):
        share = (min(max(to(x), first), last) - first) / (last - first)
        return EDGE + share * (WIDTH - 2 * EDGE)

    return place


def _side(side, place):
    if math.isnan(side[0]):
        return ""
    left = place(side[0]) if math.isfinite(side[0]) else EDGE
    right = place(side[1]) if math.isfinite(side[1]) else WIDTH - EDGE
    return f'<rect class="side" x="{left:.1f}" y="3" width="{max(right - left, 0):.1f}" height="28"/>'


def _printed(published, place):
    ends = [place(x) for x in published]
    if len(ends) > 1:
        yield f'<path class="published" d="M{ends[0]:.1f} 26H{ends[-1]:.1f}"/>'
    for x in ends:
        yield f'<path class="published" d="M{x - 4:.1f} 26l4-4 4 4-4 4z"/>'


def _labels(side, published, place):
    """The bar, and the published values as far as there is room."""
    taken = []
    for x, kind in [*((x, "bar") for x in side if math.isfinite(x)), *((x, "published") for x in published)]:
        text = short(x)
        half = 3.3 * len(text) + 2
        at = min(max(place(x), half), WIDTH - half)
        if all(abs(at - other) > half + width + 4 for other, width in taken):
            taken.append((at, half))
            yield f'<text class="{kind}" x="{at:.1f}" y="{TEXT}">{text}</text>'


def _number(value):
    return float(value) if isinstance(value, (int, float)) else math.nan


def _escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
