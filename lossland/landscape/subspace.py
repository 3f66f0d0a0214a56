"""A subspace of parameter space: theta(u) = c(u) @ anchors, the one object that every method returns."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch

from lossland.geometry.charts import Chart
from lossland.geometry.charts.points import Points
from lossland.geometry.measures import columns, gram, norms


@dataclass(frozen=True)
class Subspace:
    """`anchors` [k D] under a `chart`; `notes` are small named tensors (losses of the training, marked points).

    What the training of points has cost is in two notes: `lineage` [r 2] of int64, the trainings that led here, each as
    (its number, epochs of it), the own last; `spent` [k], the epochs of training until each anchor was there.
    """

    anchors: torch.Tensor
    chart: Chart
    notes: dict[str, torch.Tensor] = field(default_factory=dict)

    def __repr__(self):
        return f"Subspace({self.chart}, anchors {list(self.anchors.shape)} of {self.anchors.dtype}, {', '.join(self.notes)})"

    def __post_init__(self):
        if not torch.is_tensor(self.anchors) or not isinstance(self.chart, Chart):
            told = f"{type(self.anchors).__name__} and {type(self.chart).__name__}"
            raise ValueError(f"a subspace is a tensor of anchors [k D] and a chart, and is given {told}; give these")
        if self.anchors.ndim != 2 or len(self.anchors) != self.chart.k:
            raise ValueError(f"{self.chart} needs anchors [{self.chart.k} D], got {list(self.anchors.shape)}")
        if not self.anchors.is_floating_point():
            raise ValueError(f"the anchors are of {self.anchors.dtype}; give them in floating point")
        if self.anchors.requires_grad:
            object.__setattr__(self, "anchors", self.anchors.detach())

    @classmethod
    def of(cls, theta, notes=None) -> "Subspace":
        """The set of one point theta [D]."""
        return cls(theta[None], Points(1), notes or {})

    @property
    def pooled(self) -> bool:
        """Whether it holds networks of several sources."""
        return "source" in self.notes and len(self.notes["source"].unique()) > 1

    @property
    def end(self):
        """The last anchor [D]: the trained network of a trajectory. Raises ValueError if anchors are directions, or networks of
        several sources."""
        if not self.chart.barycentric:
            raise ValueError("the last anchor of a plane or of a trivial curve is no network; name networks as sources")
        if self.pooled:
            raise ValueError(f"one network is meant here, and this is a pool of {len(self.anchors)}; name one of them, or each")
        return self.anchors[-1]

    def snapshot(self, epoch):
        """The point [D] of a trajectory after `epoch`. Raises ValueError if that was not kept."""
        kept = self.notes["epoch"].tolist() if "epoch" in self.notes else []
        if epoch not in kept:
            there = ", ".join(f"{e:g}" for e in kept) or "none"
            raise ValueError(f"there is no snapshot of epoch {epoch}, only of {there}; name it in the source's snapshots")
        return self.anchors[kept.index(epoch)]

    def before(self, epoch):
        """The point [D] after `epoch`, and the lineage [r 2] that led there."""
        lineage = self.lineage.clone()
        lineage[-1:, 1] = epoch
        return self.snapshot(epoch), lineage

    def corners(self, numbers):
        """The anchors [n D] of these numbers, in order. Raises ValueError if they are not networks, or not there."""
        if not self.chart.barycentric:
            raise ValueError(f"the anchors of {self.chart} are no networks; name a complex, a curve or a set as source")
        if max(numbers) >= self.chart.k:
            raise ValueError(f"vertex {max(numbers)} is named, but there are {self.chart.k}, numbered from 0; name others")
        return self.anchors[list(numbers)]

    @property
    def lineage(self):
        """[r 2]; empty where nothing was trained."""
        return self.notes.get("lineage", torch.zeros(0, 2, dtype=torch.int64))

    @property
    def spent(self):
        """[k]; zeros where nothing was trained."""
        return self.notes.get("spent", torch.zeros(len(self.anchors), dtype=torch.float64))

    def count_in(self, paid: dict[int, int]):
        """Adds the trainings that led here to `paid`, the epochs of each by its number; what two have in common counts once."""
        for training, epochs in self.lineage.tolist():
            paid[training] = max(epochs, paid.get(training, 0))

    @property
    def decay(self) -> dict[str, torch.Tensor]:
        """The note of the weight decay it was trained with, to be handed on to what is built from it."""
        return {n: t for n, t in self.notes.items() if n == "weight_decay"}

    @property
    def statistics(self) -> torch.Tensor | None:
        """The running batch-norm statistics [k B] that its networks came with; None if they are not known."""
        return self.notes.get("statistics")

    def coefficients(self, u, dtype=None):
        """c(u) [n k] of coordinates u [n m] in float64, on the device of the anchors, in their type or `dtype`, or
        in float32 if that is narrower."""
        return self.chart(u).to(self.anchors.device, torch.promote_types(dtype or self.anchors.dtype, torch.float32))

    def at(self, u):
        """The points [n D] at u [n m]."""
        c = self.coefficients(u)
        return c @ self.anchors.to(c)

    def points(self, u) -> Iterator[torch.Tensor]:
        """The points at u [n m], each [D], one at a time."""
        return map(self.combine, self.coefficients(u))

    def combine(self, c, dtype=None):
        """The point [D] with coefficients c [k], in their type or `dtype`; only the anchors that it is made of are read.

        No anchor of another type is copied whole, so that one point of a large network needs the memory of one.
        """
        used, dtype = c.nonzero()[:, 0], dtype or c.dtype
        if len(used) == 1 and c[used] == 1:
            return self.anchors[used[0]].to(dtype)
        if self.anchors.dtype == c.dtype == dtype:
            return c @ self.anchors if len(used) == len(c) else c[used] @ self.anchors[used]
        point = torch.empty(self.anchors.shape[1], dtype=dtype, device=self.anchors.device)
        for part in columns(len(used), len(point)):
            point[part] = sum(c[i] * self.anchors[i, part].to(c) for i in used.tolist())
        return point

    def norms(self, u):
        """|theta(u)| [n], float64, at u [n m]."""
        return norms(self.chart(u), gram(self.anchors))

    def distances(self, u, v):
        """|theta(u) - theta(v)| [n], float64, of the points at u [n m] and v [n m] or [1 m].

        In a barycentric chart differences of coefficients sum to zero, so edges from the first anchor take the place of
        anchors: shorter, and so less rounded.
        """
        c = self.chart(u) - self.chart(v)
        if self.chart.barycentric:
            return norms(c[:, 1:], gram(self.anchors[1:], self.anchors[0]))
        return norms(c, gram(self.anchors))

    def arc(self, u):
        """The length [n], float64, of the path up to each of its points at u [n 1], which are in order."""
        return torch.cat([torch.zeros(1, dtype=torch.float64), self.distances(u[:-1], u[1:]).cumsum(0)])


def networks_of(sources) -> torch.Tensor:
    """[n D]: the last networks of several sources, or all points of one. Raises ValueError for what is not a network."""
    return sources[0].corners(range(sources[0].chart.k)) if len(sources) == 1 else torch.stack([s.end for s in sources])


def statistics_of(sources) -> dict[str, torch.Tensor]:
    """The note `statistics` [k B] of the last points of k sources, if all of them have it."""
    rows = [source.statistics[-1] for source in sources if source.statistics is not None]
    return {"statistics": torch.stack(rows)} if len(rows) == len(sources) else {}


View = Subspace  # of a method that trains nothing and costs next to nothing: it is built where it is used, and has no file
