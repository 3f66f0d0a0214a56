"""Bands as in Draxler et al. 2018 (arXiv 1803.00885) on landscapes whose saddles are known: is the saddle found?

    off = |highest loss on the band (refined) - height of the pass| / |height of the pass|

The heights are those of `geometry.known_saddles`, analytic or of the literature. That a saddle is found is taken as a
thousandth; this bar is ours. A run is a band between two wells, from starts of its own.
"""

from lossland.geometry.known_saddles import TOYS
from lossland.statistics.tables import Table, entries, rises
from lossland.statistics.verdicts import Claim

CAPTION = """
Each row says how far the saddle that a band finds on a landscape of two coordinates lies from the true one (mean ± standard
deviation over n bands). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean
lies on the wrong side; else our runs do not decide. The paper has no such test; here the truth is known.
"""
BAR = 1e-3


def check(*, bands: Table("saddles"), forms: list[list[str]]) -> list[Claim]:
    """`forms` lists [band, landscape], of `bands` and of `geometry.known_saddles`. Raises ValueError for another name."""
    return [_found(form, rises(bands, band, "bands")) for band, form in entries("forms", forms, "band", "landscape")]


def _found(form, rows):
    if form not in TOYS:
        raise ValueError(f"forms names {form}, whose saddles are not known; name one of {', '.join(TOYS)}")
    height = TOYS[form].height
    return Claim(
        name=f"the saddle is found: {form}",
        says=f"The highest point of a band lies at the pass of the landscape ({form}).",
        of=f"|highest loss on the band - {height:g}| / {abs(height):g}",
        values=list((rows["refined"] - height).abs() / abs(height)),
        published=[],
        below=BAR,
    )
