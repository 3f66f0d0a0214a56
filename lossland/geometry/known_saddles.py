"""Toy landscapes of two coordinates whose saddles are known: where their wells and passes lie, and how high the passes are.

Any two of the `wells` of one landscape are joined at its `height` and not below. The formulas are in `models/toy.py`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Toy:
    wells: tuple  # minima (x, y)
    passes: tuple  # saddles (x, y) between them, all of one height
    height: float  # the loss at a pass


TOYS = {
    "curved_valley": Toy(wells=((-1.0, 0.0), (1.0, 0.0)), passes=((0.0, 1.0),), height=1.0),
    "mueller_brown": Toy(
        wells=((-0.558224, 1.441726), (0.623499, 0.028038)),
        passes=((-0.822002, 0.624313),),
        height=-0.4066484,
    ),
    "eggcarton": Toy(
        wells=((0.0, 0.0), (0.0, 2.0), (2.0, 1.0), (2.0, 3.0)),
        passes=((0.0, 1.0), (1.0, 0.25), (1.0, 2.25), (2.0, 2.0)),
        height=2.0,
    ),
}
