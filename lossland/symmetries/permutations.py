"""Permutations of hidden units: networks that compute the same function (Ainsworth et al. 2022, arXiv 2209.04836).

    matched    max over P of <theta_a, P theta_b>,    P any permutation of the units of each class (see `symmetries`)

By coordinate descent (their Algorithm 1): with all other classes held, the best permutation of one is a linear assignment,

    max over p of sum_i M[i, p(i)],    M[i, j] = sum over tensors and axes of the inner product of unit i of a and unit j of b

one class after another in random order, until none gains. Heads are assigned by what the best order of the places inside each
two would give, or the best rotation (see `rotations`). Differs from Ainsworth et al. in: the descent does not begin at the
identity. Before it, classes are matched one by one by settled entries only, those whose other axes are fixed or matched
before; next is the class of whose units most of them are known. So a planted permutation is found exactly, residual streams
included; descent from the identity is stuck in two of eight that are planted in a PreResNet-29 of 4 channels, and between
networks of two trainings it comes as near. A class is looked at again only when a neighbour has moved; M is in float64, and the
tolerance relative.
"""

import torch

from lossland.geometry.measures import columns
from lossland.rng import stream
from lossland.symmetries.rotations import assigned, order, rotation
from lossland.symmetries.tracing import Symmetries, watched

TOLERANCE = 1e-12  # of |theta_a| |theta_b|: a gain below is rounding
SAME = 1e-4  # of the largest output: a difference below is rounding, which is 1e-5 in a ResNet-110


@torch.no_grad()
def symmetries(problem, rotate=False) -> Symmetries:
    """What may be permuted in the problem's network; with `rotate` linear units are places that may be rotated.

    Raises ValueError if nothing may, or where a network that has been permuted so at random does not compute the same.
    """
    if rotate and problem.dtype.itemsize < 4:
        raise ValueError(f"rotated or balanced parameters are rounded, too much in {problem.dtype}; take precision: fp32")
    found, rng = watched(problem), stream("symmetries")
    if not found.classes:
        raise ValueError(
            "no hidden units of this network may be permuted: it has none, or operations that are not known here read them "
            "all; take another network, or leave match, permute and balance out"
        )
    theta = problem.init(0)  # where norms are all alike, and biases often 0: so it is moved a little
    theta = theta + (0.1 * theta.abs() + 0.01) * torch.randn(len(theta), generator=rng).to(theta)
    found = found.mixing if rotate else found
    orders, same = at_random(found, rng, rotate=True), alike(problem, theta)
    if not same(permuted(problem.space, found, theta, orders)):
        moved = ((c, permuted(problem.space, found, theta, {c: order})) for c, order in orders.items())
        guilty = next((c for c, point in moved if not same(point)), "all classes together")
        raise ValueError(
            f"the network computes something else when the units of {guilty} are permuted; PyTorch does not see all that its "
            "forward pass does with them, so match, permute and balance cannot be used here"
        )
    return found


def alike(problem, theta, within=SAME):
    """A function of points [D]: whether the network computes there what it does at theta [D], of a few training examples,
    `within` this share of the largest output."""

    @torch.no_grad()
    def outputs(point):
        few, again = (next(problem.batches("train", 8))[1] for _ in range(2))
        return problem.space.predict(point, problem.space.calibrate(point, [few]), *again)

    expected = outputs(theta)
    return lambda point: (outputs(point) - expected).abs().max() <= within * expected.abs().max()


def at_random(found: Symmetries, rng, rotate=False):
    """Permutations of all classes, and of what is inside their units; with `rotate` rotations where that may be rotated."""
    orders = {c: torch.randperm(n, generator=rng) for c, n in found.classes.items()}
    for c, inside in found.insides.items():
        drawn = torch.randn(found.classes[inside.outer], inside.size, inside.size, generator=rng, dtype=torch.float64)
        orders[c] = (rotation if rotate and inside.rotates else order)(drawn)
    return orders


def permuted(space, symmetries: Symmetries, theta, permutations):
    """A copy of theta [D]: unit i of class c is that which was unit permutations[c][i], and what is inside the units of a
    class is permutations[c] [n size size] times what would be there; classes that are not named stay."""
    theta = theta.clone()
    views = space.unravel(theta)
    for name, axes in symmetries.axes.items():
        for i, axis in enumerate(axes):
            if any(c in permutations for c, _, _ in axis):
                views[name].copy_(views[name].index_select(i, _index(axis, permutations).to(theta.device)))
    for c, inside in symmetries.insides.items():
        if c in permutations:
            _turn(views, symmetries, inside, permutations[c])
    return theta


def blocks(views, symmetries, inside):
    """(parameter, view of it [units size ...]) wherever the places inside the units of a class are."""
    n = symmetries.classes[inside.outer]
    for name, i, start, alone in inside.places:
        if alone is None:
            part = views[name].narrow(i, start, n * inside.size).unflatten(i, (n, inside.size))
            yield name, part.movedim((i, i + 1), (0, 1))
        else:
            yield name, views[name].movedim((alone, i), (0, 1))


def _turn(views, symmetries, inside, maps):
    for _, block in blocks(views, symmetries, inside):
        block.copy_(torch.einsum("npq,nq...->np...", maps.to(block), block))


def without(space, symmetries: Symmetries, theta, c, i):
    """A copy of theta [D] without unit i of class c: all entries along its axes are 0."""
    theta = theta.clone()
    views = space.unravel(theta)
    for d, name, axis, start, r in _places(symmetries):
        if d == c:
            views[name].narrow(axis, start + i * r, r).zero_()
    return theta


def _places(symmetries):
    """(class, parameter, axis, where its segment begins, repeats) wherever a class is."""
    for name, axes in symmetries.axes.items():
        for i, axis in enumerate(axes):
            start = 0
            for c, n, r in axis:
                if c:
                    yield c, name, i, start, r
                start += n * r


def _index(axis, permutations):
    """Where the entries [n] of a permuted axis were."""
    parts, start = [], 0
    for c, n, r in axis:
        units = permutations.get(c, torch.arange(n))
        parts.append((start + units[:, None] * r + torch.arange(r)).flatten())
        start += n * r
    return torch.cat(parts)


def matched(space, symmetries: Symmetries, theta_a, theta_b, rng, rotate=False) -> dict[str, torch.Tensor]:
    """The permutations [n], by class, that bring theta_b [D] nearest to theta_a [D], and of what is inside their units
    [n size size]; with `rotate` the rotations, where that may be rotated. See `permuted`."""
    search = _Search(space, symmetries, theta_a, theta_b, rotate)
    unsettled = list(symmetries.classes)
    while unsettled:
        c = max(unsettled, key=lambda c: search.known(c, unsettled))
        search.move(c, search.assignment(c, unsettled))
        unsettled.remove(c)
    to_try = list(symmetries.classes)
    while to_try:
        c = to_try.pop(int(torch.randint(len(to_try), (), generator=rng)))
        if search.improve(c):
            to_try += [d for d in search.neighbours(c) if d not in to_try]
    return search.found


class _Search:
    """The permutations found so far, and theta_b [D] under them."""

    def __init__(self, space, symmetries, theta_a, theta_b, rotate):
        self.symmetries, self.rotate, self.axes = symmetries, rotate, symmetries.axes
        self.found = {c: torch.arange(n) for c, n in symmetries.classes.items()}
        self.insides = {c: {} for c in symmetries.classes}
        for c, inside in symmetries.insides.items():
            self.insides[inside.outer][c] = inside
            self.found[c] = torch.eye(inside.size, dtype=torch.float64).repeat(symmetries.classes[inside.outer], 1, 1)
        exact = torch.float64 if rotate else theta_b.dtype  # of rotations that are found in turn
        self.a, self.b = space.unravel(theta_a.to(exact)), space.unravel(theta_b.to(exact, copy=True))
        self.places = {c: [] for c in symmetries.classes}  # (parameter, axis, where its segment begins, repeats)
        for c, *place in _places(symmetries):
            self.places[c].append(place)
        self.least = TOLERANCE * float(theta_a.norm() * theta_b.norm())

    def settled(self, c, unsettled):
        """The places of a class in tensors of which all other axes are settled."""
        for name, i, start, r in self.places[c]:
            others = {d for j, axis in enumerate(self.axes[name]) if j != i for d, _, _ in axis}
            if others.isdisjoint(unsettled):
                yield name, i, start, r

    def known(self, c, unsettled) -> int:
        """How many entries of each unit are settled."""
        return sum(self.a[name].numel() // self.a[name].shape[i] * r for name, i, _, r in self.settled(c, unsettled))

    def assignment(self, c, unsettled=()):
        """The best permutation [n] of a class by its settled entries, all others held, and of what is inside its units."""
        n, settled = len(self.found[c]), list(self.settled(c, unsettled))
        products, maps, turned = torch.zeros(n, n, dtype=torch.float64), {}, set()
        for d, inside in self.insides[c].items():
            within, turned = self.within(inside, {name for name, *_ in settled}), turned | {tuple(p[:3]) for p in inside.places}
            maps[d] = (rotation if self.rotate and inside.rotates else order)(within)
            products += (maps[d] * within).sum((-1, -2))
        for name, i, start, r in settled:
            if (name, i, start) not in turned:
                a, b = (t[name].movedim(i, 0)[start : start + n * r].reshape(n, -1) for t in (self.a, self.b))
                for part in columns(*a.shape):
                    products += (a[:, part].double() @ b[:, part].double().T).cpu()
        best = assigned(products)
        return {c: best} | {d: own[torch.arange(n), best] for d, own in maps.items()}

    def within(self, inside, settled):
        """The inner products [n n size size] of each place of each unit of a with each of b, in the settled tensors."""
        n, size = self.symmetries.classes[inside.outer], inside.size
        products = torch.zeros(n, n, size, size, dtype=torch.float64)
        for (name, a), (_, b) in zip(*(blocks(t, self.symmetries, inside) for t in (self.a, self.b)), strict=True):
            if name in settled:
                a, b = (t.reshape(n * size, -1).double() for t in (a, b))
                products += (a @ b.T).cpu().view(n, size, n, size).transpose(1, 2)
        return products

    def move(self, c, orders):
        self.found[c] = self.found[c][orders[c]]
        for name, i in {(name, i) for name, i, _, _ in self.places[c]}:
            index = _index(self.axes[name][i], {c: orders[c]}).to(self.b[name].device)
            self.b[name].copy_(self.b[name].index_select(i, index))
        for d, inside in self.insides[c].items():
            self.found[d] = orders[d] @ self.found[d][orders[c]]
            _turn(self.b, self.symmetries, inside, orders[d])

    def improve(self, c) -> bool:
        """Whether a class was moved, for a gain; where it is on two axes of one tensor the best by one axis may be a loss."""
        found, before = dict(self.found), {name: self.b[name].clone() for name, *_ in self.places[c]}
        height = self.inner(c)
        self.move(c, self.assignment(c))
        if self.inner(c) - height > self.least:
            return True
        self.found = found
        for name, tensor in before.items():
            self.b[name].copy_(tensor)
        return False

    def inner(self, c) -> float:
        """The inner product of the tensors that have the class."""
        pairs = [(self.a[n].flatten(), self.b[n].flatten()) for n in {name for name, *_ in self.places[c]}]
        return sum(float(a[p].double() @ b[p].double()) for a, b in pairs for p in columns(1, len(a)))

    def neighbours(self, c):
        """The classes that share a tensor with it on another axis, in order."""
        found = [(self.axes[name], i) for name, i, _, _ in self.places[c]]
        return sorted({d for axes, i in found for j, axis in enumerate(axes) if j != i for d, _, _ in axis if d})
