"""The claims of Li et al. 2018 (arXiv 1712.09913) about depth and shortcuts, section 6.1: shortcuts keep deep networks convex.

    without - with = non-convex share of the plane (train nll) around the network without shortcuts, less that with them

in filter-normalised random planes, run by run. The paper shows contours (figure 5) and prints test errors; of these, deep are
the `networks` that are named, and only confirmed ones count.

A short schedule need not show it: in a public run of 40 epochs the plane around ResNet-56 without shortcuts was one tilted
valley, its train accuracy 82 %. A network that has hardly left its initialisation lies where the loss is flat, not chaotic.
"""

from lossland.papers.published import numbers
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim, paired_tables, together

CAPTION = """
Each row holds one claim about shortcuts in a deep and in a shallow network: the share of the plane around it that is not
convex, or its test error, for n pairs (mean ± standard deviation). A claim holds if a one-sided t-test against the bar
gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. In the paper the deep
networks without shortcuts have chaotic surfaces and far higher test errors, the shallow one is as convex without them.
After a short schedule the deep network without shortcuts is hardly trained: its surface is then no funnel but a plateau.
"""


def check(
    *,
    deep: Table("basin"),
    deep_noshort: Table("basin"),
    shallow: Table("basin"),
    shallow_noshort: Table("basin"),
    deep_surface: Table("landscape"),
    deep_noshort_surface: Table("landscape"),
    networks: list[str] = ("ResNet-56", "ResNet-110"),
) -> list[Claim]:
    """Basins on planes; the two landscapes with mark `centre`, the test errors of the deep networks."""
    planes = {"deep": deep, "deep_noshort": deep_noshort, "shallow": shallow, "shallow_noshort": shallow_noshort}
    surfaces = {"deep_surface": deep_surface, "deep_noshort_surface": deep_noshort_surface}
    surfaces = {role: table[table["mark"] == "centre"] for role, table in surfaces.items()}
    rows = together(paired_tables(planes, "train", "nll") | paired_tables(surfaces, "test", "error"))
    lost = {d: rows[f"{d}_noshort"]["non_convex"] - rows[d]["non_convex"] for d in ("deep", "shallow")}
    return [
        Claim(
            name="shortcuts keep deep networks convex",
            says="Around a deep network without shortcuts more of the loss surface is not convex than around one with them.",
            of="share of the plane that is not convex, without shortcuts - with them",
            values=list(lost["deep"]),
            published=[],
            above=0,
        ),
        Claim(
            name="depth needs shortcuts more",
            says="Shortcuts change the convexity of the surface of a shallow network less than that of a deep one.",
            of="that difference for the deep network - for the shallow one",
            values=list(lost["deep"] - lost["shallow"]),
            published=[],
            above=0,
        ),
        Claim(
            name="deep networks without shortcuts generalise worse",
            says="A deep network without shortcuts has a higher test error than one with them.",
            of="test error without shortcuts - with them, as a fraction",
            values=list(rows["deep_noshort_surface"]["value"] - rows["deep_surface"]["value"]),
            published=_printed(networks),
            above=0,
        ),
    ]


def _printed(networks):
    rows = numbers("li2018", table="Figure 5", metric="test_error_percent", status="confirmed").set_index("arch")["value"]
    pairs = [(name, f"{name}-noshort") for name in networks]
    return [(rows[without] - rows[own]) / 100 for own, without in pairs if {own, without} <= set(rows.index)]
