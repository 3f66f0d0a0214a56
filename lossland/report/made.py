"""What there is to show on a page: verdicts, figures, networks; and what there is not, and why."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Shown:
    """A figure, or a table, surface or mesh: its caption, sentences on what it was made from, its files by their endings."""

    name: str
    caption: str
    origin: list[str]
    files: dict[str, Path]


@dataclass(frozen=True)
class Made:
    """`verdicts` are rows of `verdicts.JUDGED`, `trained` those of the probe `trained`; `captions` are of claims, by subject.

    `missing` and `out_of_date` map results to the reasons.
    """

    verdicts: pd.DataFrame = field(default_factory=pd.DataFrame)
    trained: pd.DataFrame = field(default_factory=pd.DataFrame)
    figures: dict[str, Shown] = field(default_factory=dict)
    captions: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # what is to be known of how the verdicts were made
    missing: dict[str, list[str]] = field(default_factory=dict)
    out_of_date: dict[str, list[str]] = field(default_factory=dict)
