"""The claims of Adilova et al. 2024 (arXiv 2307.06966) about layers: none has a barrier, though the networks have one.

    barrier = L(1/2) - (L(theta_1) + L(theta_2)) / 2        L the train nll, theta_1 and theta_2 the whole networks

of the network some of whose layers are the average of both, the others the first one's.

By the abstract deep networks have no layer-wise barriers between them; in figure 1 single layers lie within a tenth of a nat,
where the whole networks have 2.3. Groups of middle layers are the ones that may have a barrier.
"""

from lossland.statistics.barrier import of_parts
from lossland.statistics.tables import Table, of_ends, pick
from lossland.statistics.verdicts import Claim, trained

NONE = 0.1  # nats


def check(*, paths: Table("landscape"), whole: Table("landscape"), alone: list[str], middle: str) -> list[Claim]:
    """Labels of the paths of single layers, and of all but the first and the last."""
    fit = trained([of_ends(whole)])
    grid = {"mark": "grid", "split": "train", "quantity": "nll"}
    paths, whole = pick(paths, **grid), pick(whole, **grid)
    found = of_parts(paths, whole).pivot(index="run", columns="subspace", values="averaged")
    networks = of_parts(whole, whole).set_index("run")["averaged"]
    return [
        Claim("no layer has a barrier", {label: found[label] for label in alone}, below=NONE, presumes=fit,
              because="single layers of figure 1 lie within a tenth of a nat",
              of="barrier of one layer that is averaged, above the mean of the whole networks, train nll",
              says="No single layer has a barrier between two trained networks."),
        Claim("the networks have a barrier", networks, above=NONE, presumes=fit, because="more than a layer may have",
              of="barrier of the whole networks, train nll", says="The whole networks have a barrier."),
        Claim("layers have less than networks", {label: networks.sub(found[label]) for label in alone}, above=0, presumes=fit,
              of="barrier of the whole networks - that of one layer, train nll",
              says="The barrier of each single layer is lower than that of the whole networks."),
        Claim("the middle has a barrier", found[middle] - found[alone].max(axis=1), above=0, presumes=fit,
              of="barrier of all layers but the outer two - the highest of a single layer, train nll",
              says="Together the middle layers have a higher barrier than any layer alone."),
    ]  # fmt: skip
