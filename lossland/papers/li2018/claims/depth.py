"""The claims of Li et al. 2018 (arXiv 1712.09913) about depth and shortcuts, section 6.1: shortcuts keep deep networks convex.

    without - with = non-convex share of the plane (train nll) around the network without shortcuts, less that with them

of a deep and of a shallow network, in filter-normalised random planes, and the test errors of the deep one, run by run. After a
short schedule the deep network without shortcuts is hardly trained, and lies where the loss is flat, not chaotic: in a public
run of 40 epochs the plane around ResNet-56 without shortcuts was one tilted valley, its train accuracy 82 %.

In the paper (figure 5) deep networks without shortcuts have chaotic surfaces and far higher test errors, the shallow one is as
convex without them. Published are its test errors that are confirmed.
"""

from lossland.papers.published import numbers
from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim


def check(
    *,
    basins: Table("basin"),
    surfaces: Table("landscape"),
    deep: list[str],
    shallow: list[str],
    printed: list[str] = ("ResNet-56", "ResNet-110"),
) -> list[Claim]:
    """`deep` and `shallow` are labels of planes, with shortcuts, then without; `printed` the paper's names of the deep one."""
    own, without, shallow_own, shallow_without = paired(pick(basins, split="train", quantity="nll"), *deep, *shallow)
    error, worse = paired(pick(surfaces, mark="centre", split="test", quantity="error"), *deep)
    lost = without["non_convex"] - own["non_convex"]
    return [
        Claim("shortcuts keep deep networks convex", lost, above=0,
              of="share of the plane that is not convex, without shortcuts - with them",
              says="Around a deep network without shortcuts more of the loss surface is not convex than around one with them."),
        Claim("depth needs shortcuts more", lost - (shallow_without["non_convex"] - shallow_own["non_convex"]), above=0,
              of="that difference for the deep network - for the shallow one",
              says="Shortcuts change the convexity of the surface of a shallow network less than that of a deep one."),
        Claim("deep networks without shortcuts generalise worse", worse["value"] - error["value"], above=0,
              published=_printed(printed),
              of="test error without shortcuts - with them, as a fraction",
              says="A deep network without shortcuts has a higher test error than one with them."),
    ]  # fmt: skip


def _printed(networks):
    rows = numbers("li2018", table="Figure 5", metric="test_error_percent", status="confirmed").set_index("arch")["value"]
    return [(rows[f"{n}-noshort"] - rows[n]) / 100 for n in networks if {n, f"{n}-noshort"} <= set(rows.index)]
