"""A map of networks by what they predict: t-SNE of their predictions (Fort et al. 2019, arXiv 1912.02757, figure 2, right, and
figure 4; van der Maaten & Hinton 2008).

A network is the vector of all its softmax outputs [N C] over so many `examples` of a split. `silhouette` says how well
the networks of one source lie together on the map (1: far from all others, 0: between two, below: with another), and
`silhouette_predictions` does so before anything was mapped: a map draws clusters more readily than there are any. `luck` is the
standard error of the latter that the choice of the examples leaves, by leaving out each of BLOCKS of them.

Differs from the released code in: the map begins from the two principal components, and so depends little on `seed`, which is
that of the randomised algorithm that finds them; gradients are exact; the learning rate is n / 12 for n networks (Belkina et
al. 2019, doi 10.1038/s41467-019-13055-y), without the library's least value, 50, under which maps of few points fly apart.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from sklearn.manifold import TSNE
from sklearn.metrics import silhouette_samples

from lossland.landscape.ensembles import origins
from lossland.landscape.evaluate import predict, statistics
from lossland.options import BatchNorm, Count, Positive, Seed, Split
from lossland.rng import stream

SCHEMA = {
    "split": "string", "index": "int64", "source": "int64", "within": "int64", "epoch": "float64", "x": "float64",
    "y": "float64", "silhouette": "float64", "silhouette_predictions": "float64", "luck": "float64",
}  # fmt: skip
KEY = ["split", "index"]
NEEDS = "classes"
BLOCKS = 10
EXAGGERATION = 12  # scikit-learn's own, by which attraction is stronger in the beginning


def measure(
    problem,
    subspace,
    *,
    seed: Seed = 0,
    perplexity: Positive = 30.0,
    examples: Count | None = None,
    split: Split = "test",
    bn: BatchNorm = "recalibrate",
    resolution: Count = 21,
) -> pd.DataFrame:
    """One row for each point of the chart's grid: all of a set, `resolution` points of a path.

    `perplexity`, the number of neighbours that count, is at most a third of the others, so that there are some that do not.
    `source` and `within` are those of a pool; silhouettes are NaN where there is but one source. All training data calibrate
    batch norm. Raises ValueError for fewer than four networks.
    """
    u = subspace.chart.grid(resolution)
    if len(u) < 4:
        raise ValueError(f"tsne maps four networks or more, and there are {len(u)}; pool more, or keep more snapshots")
    seen = replace(problem, examples=examples)
    predictions = predict(seen, subspace, u, split, state_of=statistics(problem, subspace, bn))
    each = torch.stack([one.float() for one in predictions]).numpy()
    p = each.reshape(len(each), -1)
    draw = int(torch.randint(2**31, (), generator=stream(seed, "tsne")))
    near = min(perplexity, (len(p) - 1) / 3)
    # exact, for a few hundred points: sums over threads come in no fixed order
    tsne = TSNE(perplexity=near, init="pca", method="exact", learning_rate=len(p) / EXAGGERATION, random_state=draw)
    places = tsne.fit_transform(p).astype("float64")
    source, within, epoch = origins(subspace, len(u))
    columns = {"source": source, "within": within, "epoch": epoch, "x": places[:, 0], "y": places[:, 1]}
    columns |= {"silhouette": _silhouette(places, source), "silhouette_predictions": _silhouette(p, source)}
    columns["luck"] = _luck(each, source)
    return pd.DataFrame({"split": split, "index": range(len(u))} | columns)


def _silhouette(places, source):
    return silhouette_samples(places, source.numpy()) if 1 < len(source.unique()) < len(source) else torch.nan


def _luck(each, source):
    """The standard error [k] of silhouettes by predictions `each` [k N C] that the choice of the N examples leaves."""
    number = min(BLOCKS, each.shape[1])
    rest = (np.delete(each, np.s_[i::number], axis=1) for i in range(number))
    without = [_silhouette(part.reshape(len(part), -1), source) for part in rest] if number > 1 else np.nan
    return (number - 1) ** 0.5 * np.std(without, axis=0)
