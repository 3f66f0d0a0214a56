"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about width, uniqueness, the trivial curve and language models.

    width       figure 7: wider networks have flatter and shorter curves between them      (cross-entropy, Bezier)
    trivial     A.8: W_i(s) = s W_i, b_i(s) = s^i b_i leaves the labels as they are and raises the train loss
    again       section 4: two chains between the same networks, of different seeds, are different chains
    lm_*        Table 3: perplexity = exp(nll) between two language models

Bars: "goes up substantially" and "far higher" are taken as five times; two bends are different where they are a tenth of the
distance of the ends apart. Of s^n logits in float32 only those labels can change whose two highest logits differ by less
than a millionth, so that an example in a thousand is more than rounding does, and far less than what another network does.
"""

from itertools import combinations
from typing import Annotated

import numpy as np
import pandas as pd

from lossland.claim import Claim, paired
from lossland.published import numbers

CAPTION = """
Each row holds one claim of the paper's studies against our runs: what it says, what was measured, what the paper prints (if
it prints a number), the bar, and ours (mean ± standard deviation over n pairs of networks). A claim holds if a one-sided
t-test against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide.
The paper's studies are of one pair of networks each.
"""


def check(
    *,
    narrowest: Annotated[pd.DataFrame, "shape"],
    widest: Annotated[pd.DataFrame, "shape"],
    trivial: Annotated[pd.DataFrame, "landscape"],
    again: Annotated[pd.DataFrame, "disagreement"],
    lm_segment: Annotated[pd.DataFrame, "shape"],
    lm_bezier: Annotated[pd.DataFrame, "shape"],
) -> list[Claim]:
    """`narrowest` and `widest` are of Bezier curves; `again` is of pools of two chains of one bend each, with their anchors."""
    return [*_width(narrowest, widest), *_trivial(trivial), _again(again), _language(lm_segment, lm_bezier)]


def _width(narrowest, widest):
    rows = paired({"narrowest": narrowest, "widest": widest}, "train", "nll")
    printed = numbers("garipov2018", table="Figure 7")
    printed = printed.assign(K=printed["arch"].str.extract(r"K=([\d.]+)").astype(float)).pivot(
        index="K", columns="metric", values="value"
    )
    thin, wide = printed.loc[printed.index.min()], printed.loc[printed.index.max()]
    return [
        Claim(
            "wider networks, flatter curves",
            "Between wider networks the highest train loss on a curve is lower.",
            "highest train nll on the curve, at the narrowest / at the widest",
            list(rows["narrowest"]["max"] / rows["widest"]["max"]),
            [thin["train_loss_curve_max"] / wide["train_loss_curve_max"]],
            above=1,
        ),
        Claim(
            "wider networks, shorter curves",
            "Between wider networks a curve is shorter, compared with the segment.",
            "length ratio at the narrowest - at the widest",
            list(rows["narrowest"]["ratio"] - rows["widest"]["ratio"]),
            [thin["length_ratio"] - wide["length_ratio"]],
            above=0,
        ),
    ]


def _trivial(table):
    grid = table[table["mark"] == "grid"].sort_values("index")
    grid = grid[grid["u0"] != 0.5]  # all logits are zero there, and the network has no labels
    runs = {q: grid[grid["quantity"] == q].groupby(["split", "run"])[["u0", "value"]] for q in ("error", "nll")}
    return [
        Claim(
            "the trivial curve keeps the labels",
            "On the path through zero that scales the layers of a ReLU network, labels do not change.",
            "largest difference of the test error from that of its end, as a fraction",
            list(runs["error"].apply(_moved)["test"]),
            [],
            below=0.001,
        ),
        Claim(
            "the trivial curve raises the loss",
            "On that path the train loss goes up substantially.",
            "highest train nll on the curve / at the ends",
            list(runs["nll"].apply(_rise)["train"]),
            [],
            above=5,
        ),
    ]


def _moved(path):
    first, error = path["u0"] < 0.5, path["value"]
    return (error - np.where(first, error.iloc[0], error.iloc[-1])).abs().max()


def _rise(path):
    return path["value"].max() / max(path["value"].iloc[0], path["value"].iloc[-1])


def _again(table):
    """Points 0, 1, 2 of each pool are the first chain, 3, 4, 5 the second."""
    pairs = table.drop_duplicates(["run", "first", "second"]).set_index(["run", "first", "second"])
    distance = pairs["distance"].unstack(["first", "second"])
    chains = set(distance) == set(combinations(range(6), 2))
    if not chains or (distance[[(0, 3), (2, 5)]].max(axis=1) > 1e-6 * distance[0, 2]).any():
        raise ValueError(
            "again is not of pools of two chains of one bend with the same ends; pool these, with all their anchors"
        )
    printed = numbers("garipov2018", table="Sec. 4").set_index("metric")["value"]
    return Claim(
        "curves are not unique",
        "Two chains trained from different seeds between the same two networks are different chains.",
        "distance of the two bends / distance of the ends",
        list(distance[1, 4] / distance[0, 2]),
        [printed["distance_between_turning_points"] / printed["distance_between_endpoints"]],
        above=0.1,
    )


def _language(segment, bezier):
    rows = paired({"Segment": segment, "Bezier": bezier}, "train", "nll")
    printed = numbers("garipov2018", table="Table 3", metric="train_perplexity_max").set_index("method")["value"]
    return Claim(
        "curves between language models",
        "The train perplexity of a language model rises far higher on the segment than on the Bezier curve.",
        "highest train perplexity on the segment / on the Bezier curve",
        list(np.exp(rows["Segment"]["max"] - rows["Bezier"]["max"])),
        [printed["Segment"] / printed["Bezier"]],
        above=5,
    )
