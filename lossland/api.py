"""The library in a notebook: `import lossland as ll`, and everything by the name of its file.

    problem = ll.problem(network, train=..., test=...)
    ends = [ll.build.sgd(problem, recipe={"epochs": 40, "lr": 0.1}, seed=seed) for seed in (1, 2)]
    curve = ll.build.curve(problem, ends, recipe={"epochs": 40, "lr": 0.1}, seed=1)
    ll.plot.path({"curve": ll.measure.landscape(problem, curve)})

Options are checked as those of a config are, and a mistake is the same sentence.
"""

import inspect
import logging
import pkgutil
import sys
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import get_args, get_origin

import pandas as pd
from tqdm.auto import tqdm

from lossland.checking import REQUIRED, ConfigError, built
from lossland.inputs.arrays import collected
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.options import nearest


def problem(network, *, train, test, **options) -> Problem:
    """The problem of a module, or of a function that returns one, and its data: loaders or tensors of train and test."""
    return Problem(ParamSpace(network), collected(train=train, test=test), **options)


class Plugins:
    """The functions of a folder of plug-ins, by the names of their files."""

    def __init__(self, folder, function):
        self._folder, self._function = folder, function

    def __dir__(self):
        package = import_module(f"lossland.{self._folder}")
        return sorted(module.name for module in pkgutil.iter_modules(package.__path__))

    def __getattr__(self, name):
        if name.startswith("_") or name not in dir(self):
            raise AttributeError(f"there is no {name} to {self._function}{nearest(name, dir(self))}")
        return _checked(name, getattr(import_module(f"lossland.{self._folder}.{name}"), self._function))


class Figures(Plugins):
    """The figures of any table; `plot.path(table)` takes the table that a probe returned, {label: table}, or a list of runs."""

    def __getattr__(self, name):
        draw = super().__getattr__(name)
        roles = [n for n, p in inspect.signature(draw).parameters.items() if _is_table(p.annotation)]

        @wraps(draw)
        def plotted(*tables, **options):
            given = dict(zip(roles, tables, strict=False)) | {n: options.pop(n) for n in roles if n in options}
            if missing := [role for role in roles if role not in given]:
                raise ConfigError(f"{name}.{missing[0]} is missing; give a table, {{label: table}} or a list of runs")
            return draw(**{role: labelled(table) for role, table in given.items()}, **options)

        return plotted


def labelled(tables) -> pd.DataFrame:
    """One table with the columns `subspace` and `run`, of one table, several runs, or {label: either}."""
    named = tables if isinstance(tables, dict) else {"": tables}
    runs = {label: part if isinstance(part, (list, tuple)) else [part] for label, part in named.items()}
    columns = [
        part if "subspace" in part else part.assign(subspace=label or "network", run=str(i + 1))
        for label, parts in runs.items()
        for i, part in enumerate(parts)
    ]
    return pd.concat(columns, ignore_index=True)


def _is_table(annotation):
    return pd.DataFrame in get_args(annotation)


def _checked(name, function):
    parameters = inspect.signature(function).parameters
    known = {
        n: (p.annotation, REQUIRED if p.default is p.empty else p.default)
        for n, p in parameters.items()
        if p.kind is p.KEYWORD_ONLY and not _is_table(p.annotation)
    }

    @wraps(function)
    def call(*arguments, **options):
        tables = {n: options.pop(n) for n in list(options) if n in parameters and n not in known}
        options = built(known, options, name, root=Path())
        if "sources" in parameters and len(arguments) == 1 and "sources" not in tables:
            arguments = (*arguments, [])
        _refuse_sources(name, parameters, arguments[1:])
        with _progress(name):
            return function(*arguments, **tables, **options)

    return call


def _refuse_sources(name, parameters, rest):
    """The number of sources is that which the method says."""
    if "sources" in parameters and rest and get_origin(parameters["sources"].annotation) is not list:
        _, bounds = get_args(parameters["sources"].annotation)
        try:
            bounds.check(len(rest[0]), {})
        except ValueError as error:
            raise ConfigError(f"{name}: the number of sources {error}, and is {len(rest[0])}") from None


@contextmanager
def _progress(title):
    """A bar for what takes long, in a terminal or a notebook."""
    log, bar = logging.getLogger("lossland"), _Bar(title)
    if not (sys.stderr.isatty() or "ipykernel" in sys.modules):
        yield
        return
    level = log.level
    log.addHandler(bar)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(bar)
        log.setLevel(level)
        bar.end()


class _Bar(logging.Handler):
    """Draws what trainings and evaluations log: "epoch 3 of 40: ...", "point 7 of 61, ..."."""

    def __init__(self, title):
        super().__init__()
        self._title, self._bar = title, None

    def emit(self, record):
        if not str(record.msg).startswith(("epoch %d of %d", "point %d of %d")):
            return
        done, total = record.args[:2]
        if self._bar is None:
            self._bar = tqdm(total=total, desc=self._title, unit=record.msg.partition(" ")[0], leave=False)
        self._bar.total = total
        self._bar.n = done
        self._bar.refresh()

    def end(self):
        if self._bar is not None:
            self._bar.close()


load = Plugins("data", "load")
build = Plugins("methods", "build")
measure = Plugins("probes", "measure")
plot = Figures("plotting.figures", "draw")
