"""A point in a network: its tensors take the places of the module's own for as long as it runs."""

import torch

CHANGED = "the network changes its {} {} in a forward pass; only batch norm may keep statistics"


class Loaded:
    """The context of `loaded`: a class, for a generator costs a twentieth of a small network's step."""

    def __init__(self, call, places, buffers, tensors):
        self._call, self._places, self._buffers, self.tensors = call, places, buffers, tensors

    def __enter__(self):
        self._before = []
        for name, tensor in self.tensors.items():
            for place, key in self._places[name]:
                self._before.append((place, key, place[key]))
                place[key] = tensor
        return self._call

    def __exit__(self, kind, error, trace):
        changed = [n for n in self._buffers if any(place[key] is not self.tensors[n] for place, key in self._places[n])]
        for place, key, tensor in reversed(self._before):
            place[key] = tensor
        if changed and kind is None:
            raise ValueError(CHANGED.format("buffer", changed[0]))


class Bench:
    """Leaves that stay, to be copied into: to make them takes as long as a small network does. In float32 the weights of
    convolutions of channels-last images lie so too, where else each pass would lay them out anew; with one channel nothing
    says how images lie, and sums over them would change."""

    def __init__(self, space, like):
        self._point, self._gradient = torch.zeros_like(like), torch.zeros_like(like)
        self.leaves, self.one = space.leaves(self._point, self._gradient), like.new_ones(())
        self._parts = [leaf.grad for leaf in self.leaves.values() if leaf.requires_grad]
        self._apart = {n: t.detach() for n, t in self.leaves.items() if t.ndim == 4}
        if like.dtype != torch.float32 or any(t.shape[1] == 1 for t in self._apart.values()):
            self._apart = {}
        for name, tensor in self._apart.items():
            leaf = tensor.clone(memory_format=torch.channels_last)
            self.leaves[name] = leaf.requires_grad_(self.leaves[name].requires_grad)
        self._own = [self.leaves[n].detach() for n in self._apart]
        self.trained = [leaf for leaf in self.leaves.values() if leaf.requires_grad]
        for leaf in self.trained:
            leaf.grad = None

    def load(self, theta):
        self._point.copy_(theta)
        if self._own:
            torch._foreach_copy_(self._own, [*self._apart.values()])

    def joined(self, found):
        """[D], of the gradients of `trained`; None is zero."""
        found = [torch.zeros_like(p) if g is None else g for g, p in zip(found, self._parts, strict=True)]
        torch._foreach_copy_(self._parts, found)
        return self._gradient.clone()
