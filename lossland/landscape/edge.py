"""The edge of methods and probes: what a call is given is checked and built as in a config.

Whoever looks a plug-in up by its name puts this edge on it, `lossland.build` as the workflow; inside, types are what the
annotations say. Raises ConfigError or ValueError, in one sentence.
"""

import functools
import inspect
import typing
from dataclasses import replace
from os import PathLike
from types import FunctionType

import torch
from torch import nn

from lossland.checking import ConfigError, built
from lossland.landscape.problem import Problem
from lossland.landscape.subspace import Subspace


def checked(function):
    """A method's `build`, or a probe's `measure`, with this edge."""
    parameters = inspect.signature(function).parameters
    options = {n: (p.annotation, p.default) for n, p in parameters.items() if p.kind is p.KEYWORD_ONLY}
    names, where = [n for n in parameters if n not in options], function.__module__.rpartition(".")[2]
    counts = typing.get_args(parameters["sources"].annotation)[1:] if "sources" in parameters else None
    ours = function.__module__.startswith("lossland.")

    @functools.wraps(function)
    def call(*given, **chosen):
        given += tuple(chosen.pop(n) for n in names[len(given) :] if n in chosen)
        chosen = built(options, chosen, where)
        if len(given) > len(names):
            raise ConfigError(f"{where} takes {', '.join(names)}, and is given {len(given)}; give options by their names")
        if given and names[0] == "problem" and isinstance(given[0], (Subspace, list, tuple, nn.Module, FunctionType)):
            raise ConfigError(f"{where} is given {type(given[0]).__name__} first; give it the problem, then the rest")
        if names == ["root"] and given and not isinstance(given[0], (str, PathLike, type(None))):
            raise ConfigError(f"{where}.root is {given[0]!r:.80}; give the path of the folder of data")
        if given and isinstance(given[0], Problem):
            problem, *rest = given
            _refuse_sources(where, problem, rest[0] if rest else None, counts)
        if len(given) < len(names):
            raise ConfigError(f"{where}.{names[len(given)]} is missing")
        try:
            made = function(*given, **chosen)
        except (KeyError, AttributeError, TypeError) as error:
            if names == ["table"]:
                raise ConfigError(f"{where} is given no table of its probe ({error}); give it what that returns") from error
            if given[0] is None:
                raise ConfigError(f"{where}.{names[0]} is missing") from error
            raise
        if hasattr(made, "reset_index"):
            return made.reset_index(drop=True)
        return _noted(made if ours else _whole(where, made, given[1]), given[0])

    return call


def _refuse_sources(where, problem, given, counts):
    """`given` are the sources of a method, of which `counts` bound the number, or the subspace of a probe: it has no counts."""
    many = counts is not None
    sources = given if many else [given]
    if not isinstance(sources, (list, tuple)) or not all(isinstance(s, Subspace) for s in sources):
        said = "a list of subspaces, as methods return them" if many else "a subspace, as methods return it"
        raise ConfigError(f"{where} is given {type(given).__name__}; give it {said}")
    for rule in counts or ():
        try:
            rule.check(len(sources), {})
        except ValueError as error:
            raise ConfigError(f"{where} is given {len(sources)} sources; their number {error}") from None
    if twice := [i for i, source in enumerate(sources, 1) if any(source is other for other in sources[: i - 1])]:
        raise ConfigError(f"{where} is given source {twice[0]} twice; remove one")
    for i, source in enumerate(sources, 1):
        what = f"source {i} of {where}" if many else f"the subspace of {where}"
        if (found := source.anchors.shape[1]) != problem.space.dimension:
            raise ConfigError(
                f"{what} has {found} parameters, and the network of the problem {problem.space.dimension}; give one of its own"
            )
        if int(source.notes.get("constants", problem.space.digest)) != problem.space.digest:
            raise ConfigError(f"{what} lies beside other frozen parameters than those of the problem; build it on the same")


def _noted(made, problem):
    """With the digest of the frozen parameters beside which its networks lie."""
    if not isinstance(problem, Problem) or not problem.space.frozen:
        return made
    return replace(made, notes=made.notes | {"constants": torch.tensor(problem.space.digest)})


def _whole(where, made, sources):
    """What a method of one's own returns, with the decay of its sources if it hands on none.

    Raises ValueError if it is not a subspace, or not finite.
    """
    if not isinstance(made, Subspace):
        raise ValueError(f"{where} returns {type(made).__name__}; return a Subspace")
    if not all(row.isfinite().all() for row in made.anchors):
        raise ValueError(f"{where} returns anchors that are not finite; correct it")
    decays = {float(d) for s in sources for d in s.decay.values()}
    handed_on = sources[0].decay if len(decays) == 1 and all(s.decay for s in sources) else {}
    return replace(made, notes=handed_on | made.notes)
