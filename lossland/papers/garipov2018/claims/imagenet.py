"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about FGE of a pretrained network on ImageNet (section 6.1).

The runs differ in the order and the augmentation of the images; the network that they go on from is one.
"""

from lossland.papers.published import numbers
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import by_run
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, as_published

IMAGENET = 50_000  # validation images


def check(*, ensemble: Table("ensemble"), printed: bool = False) -> list[Claim]:
    """`ensemble` is measured `by: order`, the pretrained network first; `printed` if it is the paper's ResNet-50."""
    alone, together = (by_run(pick(ensemble, size=size))["error"] for size in (1, ensemble["size"].max()))
    theirs = numbers("garipov2018", table="Sec. 6.1").set_index("method")["value"] / 100
    luck = [of_errors(together, examples=ensemble["examples"]), of_errors(alone, together, examples=ensemble["examples"])]
    claims = [
        Claim("FGE of a pretrained network", alone - together, above=0, published=theirs["pretrained"] - theirs["FGE"],
              sampling=luck[1], of="top-1 error of the pretrained network - of the FGE ensemble, as a fraction",
              says="A few epochs of FGE make an ensemble that is better than the pretrained network it began with."),
    ]  # fmt: skip
    return claims + [
        as_published("top-1 error of FGE", together, theirs["FGE"], examples=IMAGENET, sampling=luck[0],
                     of="top-1 error of the FGE ensemble, as a fraction",
                     says="The top-1 error of the FGE ensemble is that of the paper."),
    ] * printed  # fmt: skip
