"""Stochastic-gradient Langevin dynamics around a point (Welling & Teh 2011; Lau et al. 2023, arXiv 2308.12108).

    theta <- theta - (eps/2) (n beta g(theta) + gamma (theta - theta*)) + sqrt(eps) z,       z ~ N(0, 1)

draws from exp(-n beta L(theta) - gamma/2 |theta - theta*|^2). L is the mean train nll without decay, of the inputs as they are,
dropout off, batch-norm statistics held; g is its gradient on a minibatch.
"""

from dataclasses import dataclass, replace
from itertools import count, repeat

import torch

from lossland.landscape.evaluate import mean_scores
from lossland.landscape.hessian import Hessian
from lossland.landscape.lanczos import lanczos
from lossland.rng import stream


@dataclass(frozen=True)
class Langevin:
    """From the centre theta* [D] on, of the parameters in `mask` [D]; `beta` is n beta, a minibatch has `size` examples."""

    problem: object
    centre: torch.Tensor
    state: dict
    mask: torch.Tensor
    beta: float
    gamma: float
    size: int

    @property
    def longest(self):
        """The longest step eps that is stable at the centre, 4 / (n beta h + gamma), h the highest eigenvalue of the Hessian;
        NaN if there is no curvature."""
        start = self.mask * torch.randn(len(self.centre), generator=stream("lanczos")).to(self.centre)
        hessian = Hessian(self.problem, self.centre, self.state, mask=self.mask)
        try:
            return 4 / (self.beta * lanczos(hessian, start, lowest=0).values[-1].clamp(min=0).item() + self.gamma)
        except FloatingPointError:
            return torch.nan

    def chain(self, eps, lengths, key):
        """(n beta (mean L - L(theta*)), |theta - theta*|) [k 2] over and after k stretches of so many steps each; `key` names
        the noise and the minibatches. L of a step is that of its minibatch, before it; L(theta*) is that of all examples."""
        theta, rng, batches, rows = self.centre.clone(), stream("langevin", *key), self._batches(key), []
        own = mean_scores(self.problem, theta, self.state, "train")[self.problem.task.SCORES.index("nll")]
        for steps in lengths:
            total = torch.zeros((), dtype=torch.float64)
            for _ in range(steps):
                loss, g = self._slope(theta, *next(batches)[1:])
                total += loss.double().cpu()
                g = self.beta * g + self.gamma * (theta - self.centre)
                z = torch.randn(len(theta), generator=rng).to(theta)
                theta = theta + self.mask * (eps**0.5 * z - eps / 2 * g)
            rows.append([self.beta * (total / steps - own).item(), (theta - self.centre).norm().item()])
        return torch.tensor(rows, dtype=torch.float64)

    def _batches(self, key):
        problem = replace(self.problem, data=replace(self.problem.data, augment={}))
        if self.size >= problem.size("train"):
            return repeat(next(iter(problem.batches("train", self.size))))
        epochs = (problem.batches("train", self.size, epoch_key=("langevin", *key, epoch)) for epoch in count())
        return (batch for batches in epochs for batch in batches)

    def _slope(self, theta, inputs, target):
        """(mean nll of a minibatch [], its gradient [D])."""
        theta = theta.detach().requires_grad_()
        with self.problem.arithmetic():
            outputs = self.problem.space.predict(theta, self.state, *inputs)
        loss, _ = self.problem.mean(outputs, target)
        return loss.detach(), torch.autograd.grad(loss, theta)[0]
