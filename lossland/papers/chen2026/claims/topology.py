"""The claims about the topology of loss landscapes: wide, deep and trained networks have simpler ones.

    length of a barcode = sum over minima of (saddle - minimum), the lowest left out        train nll over a plane

through three independent networks, where it is about the two saddles between them, and in random filter-normalised directions
around one network, where it is 0 of a single basin.

By its abstract the average distance of saddles and minima shows how landscapes become simpler in training (Chen et al. 2026,
arXiv 2602.07135). Better models have simpler ones (Geniesse et al. 2024, arXiv 2411.12136), and the barcode is shorter of
deeper and of wider networks (Barannikov et al. 2020, arXiv 2012.15834), by theirs; there it is of the whole space, by paths
that are trained. That surfaces without shortcuts are chaotic is seen by eye in Li et al. 2018 (arXiv 1712.09913).
"""

import pandas as pd

from lossland.statistics.runs import LEAST, halves
from lossland.statistics.tables import Table, pick, where
from lossland.statistics.topology import numbers
from lossland.statistics.verdicts import Claim, trained

BARCODE = "length of the barcode [nats]"


def check(
    *,
    through: Table("topology"),
    heights: Table("landscape"),
    around: Table("topology") | None = None,
    surfaces: Table("landscape") | None = None,
    width: list[str],
    depth: list[str] = (),
) -> list[Claim]:
    """Labels from narrow to wide and from shallow to deep; `heights` are the planes of `through`, `surfaces` of `around`."""
    found, claims = _lengths(through), []
    for named, labels in (("wider", width), ("deeper", depth)):
        if len(labels) > 1:
            least, most = (found[label] for label in (labels[0], labels[-1]))
            both = pd.concat([least, most], axis=1, join="inner").dropna()
            claims.append(
                Claim(f"the barcode of {named} networks is shorter", both.iloc[:, 1], less=both.iloc[:, 0], below=0,
                      origin="Barannikov et al. 2020", presumes=_fit(heights, labels[0], labels[-1]),
                      of=f"{BARCODE} through three networks, of the {named} - of the other",
                      says=f"Between {named} networks the barcode of the train loss is shorter.")
            )  # fmt: skip
    if len(found.columns) >= LEAST:
        claims.append(_better(found, heights))
    if around is not None:
        claims += _around(_lengths(around), surfaces)
    return claims


def _lengths(minima):
    return numbers(pick(minima, split="train", quantity="nll"))["length"].unstack("subspace")


def _errors(heights, split):
    """The lowest error of each plane, which is nearly that of its networks, by run and label."""
    return where(heights, split=split, quantity="error").groupby(["run", "subspace"])["value"].min().unstack("subspace")


def _fit(heights, *labels):
    return trained(_errors(heights, "train").reindex(columns=list(labels)).stack().dropna())


def _better(found, heights):
    worse, better = halves(found.mean(), _errors(heights, "test")[found.columns].mean())
    return Claim("better networks have simpler landscapes", worse, less=better, above=0, origin="Geniesse et al. 2024",
                 presumes=_fit(heights, *found.columns),
                 of="rank of the length of the barcode through three networks: of the half of the architectures that has the "
                    "higher test errors - of the other half",
                 says="The lower the test error of an architecture, the shorter the barcode between its networks.")  # fmt: skip


def _around(found, surfaces):
    end, fit = found["at the end"], _fit(surfaces, *found.columns.drop("at the start"))
    claims = [Claim("training makes the landscape simpler", found["at the start"], less=end, above=0, presumes=fit,
                    of=f"{BARCODE} around a network, at the start of its training - at the end",
                    says="Around a trained network the barcode is shorter than around its initialisation.")]  # fmt: skip
    if "without shortcuts" in found:
        claims.append(
            Claim("shortcuts make the landscape simpler", found["without shortcuts"], less=end, above=0, presumes=fit,
                  origin="Li et al. 2018", of=f"{BARCODE} around a network, without shortcuts - with them",
                  says="Around a network without shortcuts the barcode is longer than around one with them.")
        )  # fmt: skip
    return claims
