"""What would fail after hours of training, told when planning, by what is known of a subspace before it is built."""

import ast
import json
import math
from collections import Counter
from functools import lru_cache

from lossland.options import POINTS
from lossland.workflow import plugins, trainings
from lossland.workflow.code_digest import tasks_of
from lossland.workflow.validation import ConfigError


def known(sources=(), options=()) -> dict:
    """What there is for the `options` of a probe, or of a method of one source, to name (`options.Known`)."""
    there = {} if dict(options).get("folder") else {"corruption": _corruptions()}
    if len(sources) == 1:
        there |= {"snapshot": snapshots(sources[0].source), "vertex": vertices(sources[0].source)}
    return {kind: {n: n for n in names} for kind, names in there.items() if names is not None}


def snapshots(source):
    """The epochs that a training keeps; None if that is not known."""
    if source.plugin.name == "snapshots":
        return source.options["epochs"]
    return trainings.epochs_kept(source.options) if trainings.follows(source.plugin) else None


def vertices(source):
    """The numbers of the vertices of a subspace; None if they are not known."""
    if formula := source.plugin.vertices:
        return range(computed(formula, source.options, sources=source.below))
    return None if (kept := snapshots(source)) is None else range(len(kept))


def computed(formula, options, **more) -> int:
    """A formula of a plug-in for a number, of its options."""
    return eval(formula, more | options)


def refuse_twice(where, names):
    if twice := [name for name, number in Counter(names).items() if number > 1]:
        raise ConfigError(f"{where} names {'/'.join(filter(None, min(twice)))} twice; remove one")


def refuse_sources(where, plugin, members):
    try:
        plugin.sources.check(len(members), {})
    except ValueError as error:
        raise ConfigError(f"{where} gives {plugin.name} {len(members)} sources; their number {error}") from None


def refuse_lines(where, plugin, table):
    """A table for a surface must be of subspaces of two dimensions, as far as their dimension is known."""
    for entry in table.entries:
        for job in entry.source.shards or [entry.source]:
            for measured in (one.source for one in job.inputs.get("subspace", [])):
                if measured.dimension not in (None, 2):
                    found = f"a table over {measured.dimension} dimensions ({measured.plugin.name})"
                    raise ConfigError(f"{where} names {job.name}, {found}; {plugin.name} draws a surface over 2")


def common_setting(where, role, members):
    """The setting that all members share; None if there are none."""
    different = {id(setting): (setting, m) for m in members if (setting := m.setting)}
    of_one = {json.dumps(setting.spec | {"compile": None}, sort_keys=True): m for setting, m in different.values()}
    if len(of_one) > 1:
        a, b, *_ = of_one.values()
        raise ConfigError(f"{where}.{role}: {a} and {b} differ in data or model; join networks of one kind")
    return next(iter(of_one.values())).setting if of_one else None


def refuse_task(where, plugin, jobs):
    """Raise ConfigError if a plug-in `needs` classes, and what `jobs` measure has none."""
    different = {id(setting): setting for setting in map(_setting, jobs) if setting} if plugin.needs else {}
    for setting in different.values():
        data, tasks = setting.data, _tasks(setting)
        if not any(map(_has_classes, tasks)):
            told = " or ".join(tasks)
            raise ConfigError(
                f"{where}: {plugin.name} is for data with classes, and {data.name} is of task {told}; name others"
            )


def refuse_other_task(where, known, series):
    """Raise ConfigError if networks are of another task than an experiment is about; of one of one's own nobody knows."""
    tasks = _tasks(series[0].setting)
    if not any(":" in task or task in known.tasks for task in tasks):
        raise ConfigError(f"{where} must name {known.what}; {series.label} is of task {' or '.join(tasks)}")


def level(jobs) -> float:
    """Below which train error networks count as trained, by the data of what `jobs` measure, or as these say; of several data
    the lowest."""
    usual, hard = (plugins.constant(plugins.ROOT / "lossland/statistics/tables.py", name) for name in ("UNTRAINED", "HARD"))
    every = {id(setting): setting.data for setting in filter(None, map(_setting, jobs))}.values()
    return min((data.aside.get("trained", hard.get(data.plugin.name, usual)) for data in every), default=usual)


def _tasks(setting):
    """The tasks that networks may be of: that of their stanza, or of their data."""
    return [setting.learned["task"]] if "task" in setting.learned else tasks_of(setting.data.plugin.name)


def refuse_unknown_decay(where, plugin, options, jobs):
    """Raise ConfigError if a drawing speaks of the loss, with the decay of a training, and only of some that is known."""
    if not (plugin.reads_loss or "loss" in (options.get("quantities") or [options.get("quantity")])):
        return
    decays = {source: _decay(source) for job in jobs for source in _measured(job)}
    if any(decays.values()) and (unknown := [source for source, decay in decays.items() if decay is None]):
        name = unknown[0].leaves[0].stem
        raise ConfigError(
            f"{where}: the loss has the weight decay of the training, and that of {name} is not known; give network.{name} its "
            "recipe, with weight_decay: 0 if there was none"
        )


def _measured(job):
    """The subspaces of a table of landscape, or of what it was condensed from."""
    for role, entries in job.inputs.items():
        for entry in entries:
            if role == "subspace" and job.plugin.name == "landscape":
                yield entry.source
            elif role in ("table", "shards"):
                yield from _measured(entry.source)


def _decay(source):
    """What a subspace notes of the decay of its training: its own, or that of what it is first made from; None of nothing."""
    own = source.options.get("recipe") or source.options
    return own["weight_decay"] if "weight_decay" in own else _decay(source.below[0]) if source.below else None


def _setting(job):
    """That of a job, or of what its tables were condensed from."""
    return job.setting or next(filter(None, map(_setting, job.sources)), None)


def refuse_single(where, plugin, members):
    """Raise ConfigError if a probe `several` is to measure a network on its own, as the networks of a stanza are."""
    for member in members if plugin.several else ():
        if getattr(member.source, "section", "") == "network" and len(vertices(member.source) or (1, 2)) == 1:
            raise ConfigError(
                f"{where}: {plugin.name} is of several networks, and {member} is one; pool them, as subspace: "
                f"{{all: {{method: pool, sources: {member.label}}}}}"
            )


def refuse_points(where, plugin, options, members, shards):
    """Raise ConfigError if a probe of paths would get another subspace, or a grid had another number of axes, or one point, or
    what adapts to a surface had none, or parts of one."""
    resolution = options.get("resolution")
    for source in (member.source for member in members):
        m = source.dimension
        each = resolution if isinstance(resolution, list) else [resolution or 0] * (m or 1)
        if (points := math.prod(each)) > POINTS:
            raise ConfigError(f"{where}: resolution is {resolution}, of {points:.1g} points; lower it to {POINTS:,} in all")
        if plugin.of not in (None, m) and m is not None:
            found = f"{source.plugin.name}, of {m} dimensions" if m else "a network"
            raise ConfigError(f"{where}.subspace names {found}; {plugin.name} needs a path; name a curve, a chain or a band")
        if m and resolution and min(each) < plugin.grid:
            least = f"a path or a plane takes at least {plugin.grid} points along each axis"
            raise ConfigError(f"{where}: resolution is {resolution}; {least}")
        if m and plugin.grid and len(each) != m:
            raise ConfigError(f"{where}: resolution lists {len(each)} numbers, but there are {m} axes; give one for each")
        if options.get("adaptive") and (m not in (2, None) or shards > 1 or options["augmented"]):
            raise ConfigError(f"{where}: adaptive is for planes, as they are and not in shards; leave it out here")


def refuse_options(where, plugin, options, sources=()):
    """Raise ConfigError unless there is a range for each direction, snapshots are those of the training, and a window is of
    points that there are, more than are asked of them."""
    if len(sources) == 1 and "last" in options and (kept := _points(sources[0].source)) is not None:
        points, least = min(options["last"] or kept, kept), computed(plugin.least, options)
        if (options["last"] or 0) > kept:
            raise ConfigError(f"{where}.last is {options['last']}, and {sources[0]} keeps {kept}; name fewer, or keep more")
        if points < least:
            told = f"{plugin.name} needs {least} points for these options, and there are {points}"
            raise ConfigError(f"{where}: {told}; give more, or lower the rank")
    epochs, last = options.get("snapshots"), (options.get("recipe") or {}).get("epochs", math.inf)
    if isinstance(epochs, list) and epochs and max(epochs) > last:
        raise ConfigError(f"{where}.snapshots names epoch {max(epochs)}, but the training ends after {last}; train longer")
    box, m = options.get("box"), options.get("directions")
    if box and m and len(box) != m:
        raise ConfigError(f"{where}.box lists {len(box)} ranges, but there are {m} directions; give one for each")


def _points(source):
    """How many points a set has; None if that is not known."""
    kept = range(source.options["samples"]) if "samples" in source.options else snapshots(source)
    return None if kept is None else len(kept)


@lru_cache(None)
def _has_classes(task):
    """Of a task of one's own nobody knows."""
    return ":" in task or "error" in plugins.constant(plugins.ROOT / f"lossland/tasks/{task}.py", "SCORES")


@lru_cache(None)
def _corruptions():
    tree = ast.parse((plugins.ROOT / "lossland/inputs/corruptions.py").read_bytes())
    (named,) = [n.value for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "CORRUPTIONS"]
    return [key.value for key in named.keys]
