"""What the claims of Fort et al. 2019 (arXiv 1912.02757) have in common: kinds of samples, and what they presume."""

from lossland.statistics.tables import pick
from lossland.statistics.verdicts import trained

AVERAGES = "averages of weights"
SUBSPACES = ("random directions", "diagonal Gaussian", "low-rank Gaussian")
FAMILIES = {"subspace samples": SUBSPACES, "SWAG": ("SWAG",), AVERAGES: (AVERAGES,)}
OURS = "SWAG"  # the paper has none; its Gaussians are other ones


def learned(table, level) -> str | None:
    """What claims about trained networks presume of the train errors in a `landscape` table."""
    return trained(pick(table, split="train", quantity="error")["value"], below=level)


def about(family, table, level) -> dict:
    """What claims about a family say besides their numbers; `table` has the train errors."""
    return {"above": 0, "presumes": learned(table, level)} | ({"origin": "ours"} if family == OURS else {})


def families(kinds) -> dict[str, dict]:
    """`kinds`, by name, in the families that the claims are about: a claim about a family is one about each of its kinds."""
    found = {family: {kind: kinds[kind] for kind in names if kind in kinds} for family, names in FAMILIES.items()}
    return {family: members for family, members in found.items() if members}
