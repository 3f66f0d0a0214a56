"""The library in a notebook: `import lossland as ll`, and everything by the name of its file.

    problem = ll.problem(network, train=..., test=...)
    ends = [ll.build.sgd(problem, recipe={"epochs": 40, "lr": 0.1}, seed=seed) for seed in (1, 2)]
    curve = ll.build.curve(problem, ends, recipe={"epochs": 40, "lr": 0.1}, seed=1)
    ll.plot.path({"curve": ll.measure.landscape(problem, curve)})

Options are checked as those of a config are, and a mistake is the same sentence.
"""

import inspect
import logging
import os
import pkgutil
import sys
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import get_args

import pandas as pd
from tqdm.auto import tqdm

from lossland.checking import ConfigError, built
from lossland.inputs.arrays import collected
from lossland.landscape.edge import checked
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.options import nearest


def problem(network, data=None, *, train=None, test=None, **options) -> Problem:
    """The problem of a module, or of a function that returns one, and its data: what `load` returned, or loaders or (inputs,
    targets) of `train` and `test`. Raises ConfigError."""
    known = ["device", "precision", "batch_size", "examples", "task", "loss", "compile"]
    if unknown := [name for name in options if name not in known]:
        raise ConfigError(f"problem.{unknown[0]} is not an option here{nearest(unknown[0], known)}")
    if (data is None) == (train is None and test is None):
        raise ConfigError("problem takes data that ll.load returned, or train and test; give one of these")
    return Problem(ParamSpace(network), collected(train=train, test=test) if data is None else data, **options)


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
        return self._called(name, getattr(import_module(f"lossland.{self._folder}.{name}"), self._function))

    def _called(self, name, function):
        function = checked(function)
        parameters = inspect.signature(function).parameters

        @wraps(function)
        def call(*given, **options):
            if "sources" in parameters and len(given) == 1 and "sources" not in options:
                given = (*given, [])
            if "root" in parameters and not given:
                given = (Path(os.environ.get("LOSSLAND_DATA", "data")),)
            with _progress(name):
                return function(*given, **options)

        return call


class Figures(Plugins):
    """The figures of any table; `plot.path(table)` takes the table that a probe returned, {label: table}, or a list of runs."""

    def _called(self, name, draw):
        parameters = inspect.signature(draw).parameters
        roles = {n: probe for n, p in parameters.items() if (probe := _probe(p.annotation))}
        known = {n: (p.annotation, p.default) for n, p in parameters.items() if n not in roles}

        @wraps(draw)
        def plotted(*tables, **options):
            if len(tables) > len(roles):
                raise ConfigError(
                    f"{name} takes {', '.join(roles)}, and is given {len(tables)} tables; lay them in one {{label: table}}"
                )
            given = dict(zip(roles, tables, strict=False)) | {n: options.pop(n) for n in roles if n in options}
            given = {role: table for role, table in given.items() if table is not None}
            if missing := [role for role in roles if role not in given and parameters[role].default is inspect.Parameter.empty]:
                raise ConfigError(f"{name}.{missing[0]} is missing; give a table, {{label: table}} or a list of runs")
            read = {role: labelled(table, f"{name}.{role}", roles[role]) for role, table in given.items()}
            return draw(**read, **built(known, options, name))

        return plotted


def _probe(annotation) -> str | None:
    """The probe that a table is of, by `Table(...)` or `Table(...) | None`; None of all else."""
    found = [get_args(part) for part in (annotation, *get_args(annotation))]
    return next((args[1] for args in found if args[:1] == (pd.DataFrame,)), None)


def labelled(tables, where="tables", probe="landscape") -> pd.DataFrame:
    """One table with the columns `subspace` and `run`, of one table, several runs, or {label: either}.

    Raises ConfigError if they are not of the `probe`.
    """
    named = tables if isinstance(tables, dict) else {"": tables}
    runs = {label: part if isinstance(part, (list, tuple)) else [part] for label, part in named.items()}
    schema = import_module(f"lossland.probes.{probe}").SCHEMA
    for part in [part for parts in runs.values() for part in parts] or [None]:
        if not isinstance(part, pd.DataFrame) or not schema.keys() <= {*part.columns}:
            found = f"a table without {min(schema.keys() - {*part.columns})}" if hasattr(part, "columns") else f"{part!r:.60}"
            raise ConfigError(f"{where} is given {found}; give what measure.{probe} returns, {{label: table}} or a list")
    columns = [
        part if "subspace" in part else part.assign(subspace=label or "network", run=str(i + 1))
        for label, parts in runs.items()
        for i, part in enumerate(parts)
    ]
    return pd.concat(columns, ignore_index=True)


@contextmanager
def _progress(title):
    """A bar for what takes long, in a terminal or a notebook."""
    if not (sys.stderr.isatty() or "ipykernel" in sys.modules):
        yield
        return
    log, bar = logging.getLogger("lossland"), _Bar(title)
    level = log.level
    log.addHandler(bar)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(bar)
        log.setLevel(level)
        bar.shown.close()


class _Bar(logging.Handler):
    """Draws what trainings and evaluations log: "epoch 3 of 40: ...", "point 7 of 61, ..."."""

    def __init__(self, title):
        super().__init__()
        self.shown = tqdm(desc=title, leave=False, delay=1)

    def emit(self, record):
        if str(record.msg).startswith(("epoch %d of %d", "point %d of %d")):
            self.shown.n, self.shown.total = record.args[:2]
            self.shown.unit = record.msg.partition(" ")[0]
            self.shown.refresh()


load = Plugins("data", "load")
build = Plugins("methods", "build")
measure = Plugins("probes", "measure")
plot = Figures("plotting.figures", "draw")
