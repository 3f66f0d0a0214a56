"""A config, read from its files: the size it starts from, the papers it keeps, the places of its values for messages.

    size: mnist                      # what the rest is laid over: configs/mnist.yaml beside the Snakefile, or a path
    papers: [garipov2018, li2018]    # of the experiments of the size only those of these papers

Files, `--config key=value` and the size are laid over one another mapping by mapping; the last word counts. A section that is
left empty says nothing. Snakemake's own `config` is not used: it keeps the last of two stanzas of one name, silently.
"""

import os
import re
from pathlib import Path

from lossland.checking import ConfigError
from lossland.options import nearest
from lossland.workflow import own_files
from lossland.workflow.code_digest import PLUGIN
from lossland.workflow.plan import Plan
from lossland.workflow.plugins import OWN, PROJECT, last_line, load
from lossland.workflow.rehearsal import rehearsed
from lossland.workflow.yaml_places import Placed, read_text

DEFAULT = "config.yaml"
FOLDERS = ("results", "data_root")
RESOLVED = "# Every job of the last run with its whole specification. Each run writes this file; it is not a config.\n"


def planned(files=(), overrides=(), project=PROJECT) -> Plan:
    """The plan of a config; a ConfigError says file and line. `project` is the folder of the Snakefile, which has configs/."""
    config = read(files, overrides, project)
    try:
        plan = Plan(config.plain)
    except ConfigError as error:
        raise located(config, error) from error
    plan.read_from = config
    return rehearsed(plan, config.plain["rehearse"]) if "rehearse" in config.plain else plan


def located(config, error) -> ConfigError:
    """The same error, with file and line of the deepest value whose path its sentence begins with."""
    bare = {path: re.escape(path.removeprefix("experiments.")) for path in config.places}
    paths = [path for path, text in bare.items() if re.match(rf"(experiments\.)?{text}(?![\w-])", str(error))]
    place, told = config.places[max(paths, key=len)] if paths else "", str(error).replace("\n", "\\n")
    return ConfigError(f"{place}: {told}" if place else told)


def refuse_absent(plan, jobs):
    """Raise ConfigError, before anything runs, if the user's own files that jobs read are not there or cannot be read, or where
    a file goes there is a folder."""
    for job in jobs:
        where = f"{job.section}.{job.name}"
        if folders := [path for path in job.paths(plan.results) if Path(path).is_dir()]:
            raise ConfigError(f"{where}: {folders[0]} is a folder, and a file goes there; move it away")
        for kind, path in own_files.named(job.plugin, job.options, where, plan.data_root):
            if fault := own_files.fault(kind, path):
                raise located(plan.read_from, ConfigError(f"{where}: {fault}"))


def refuse_broken(plan):
    """Raise ConfigError if code of the user's own, which planning reads as syntax, cannot be imported."""
    named = {}
    for job in plan:
        where, (key, _) = f"{job.section}.{job.stem}", PLUGIN[job.section]
        own = {f"{where}.{key}": (job.plugin.room, job.plugin.name)}
        if job.section == "network":
            own |= {f"{where}.model": ("models", model) for model in job.setting.model}
            own |= {f"{where}.{word}": ("tasks", name) for word, name in job.setting.learned.items()}
        named |= {choice: place for place, choice in own.items() if OWN.fullmatch(choice[1]) and choice not in named}
    for (room, name), where in named.items():
        try:
            load(room, name)
        except Exception as error:
            told = " ".join(f"{type(error).__name__}: {error}, in {last_line(error)}".split())
            raise located(plan.read_from, ConfigError(f"{where} is {name}, which fails: {told}")) from error


def keep_resolved(plan):
    """Write results/resolved.yaml. Raises ConfigError if there is a file of that name which no run made."""
    from lossland.workflow.files import replacing  # pandas, which planning does without

    path = Path(plan.results, "resolved.yaml")
    if path.exists() and not path.read_bytes().startswith(RESOLVED.encode()):
        raise ConfigError(f"{path} was made by no run, and the resolved config goes there; move it, or change results")
    with replacing(path) as temporary:
        temporary.write_text(RESOLVED + plan.resolved, "utf-8")


def read(files=(), overrides=(), project=PROJECT) -> Placed:
    """The config that `files` (config.yaml if there are none) and `key=value` overrides make. Raises ConfigError."""
    config = Placed({})
    for part in [*map(_file, files or [DEFAULT]), *map(_override, overrides)]:
        config = _over(config, part)
    if "size" in config.plain:
        config = _over(_size(config, Path(project)), config)
    elif "papers" in config.plain:
        raise ConfigError(f"{config.places['papers']}: papers chooses from the experiments of a size; add a size, or remove it")
    for name in FOLDERS:
        if isinstance(text := config.plain.get(name), str):
            config.plain[name] = folder(f"{config.places[name]}: {name}", text)
    return config


def _file(path) -> Placed:
    path = Path(path)
    name = path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path
    try:
        config = read_text(path.read_bytes().decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} is not a text file in UTF-8 (byte {error.start}); give a config in YAML") from error
    except OSError as error:
        raise ConfigError(f"{name}: {error.strerror}; give the path of a config in YAML") from error
    if not isinstance(config.plain, dict):
        found = "is empty" if config.plain is None else f"holds {config.plain!r:.40}"
        raise ConfigError(f"{name} {found}; a config maps sections, such as data and network, to what they hold")
    return config


def _override(text) -> Placed:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"--config {text}: it takes key=value; a file is given as --configfile {text}")
    given = read_text(value, "--config", numbered=False)
    inner = {f"{name}{path if path[0] == '[' else f'.{path}'}": place for path, place in given.places.items()}
    return Placed({name: given.plain}, {name: "--config"} | inner)


def folder(name, text) -> str:
    """The path of a folder that the config gives, with `~` and variables expanded. Raises ConfigError if it cannot be one."""
    expanded = os.path.expandvars(os.path.expanduser(text))
    path = Path(expanded)
    if not text.strip() or path == Path("/"):
        raise ConfigError(f"{name} is {text!r}; it must be the path of a folder")
    if odd := re.search(r"[{}<>$\n]|^~", expanded):
        why = "has no value" if odd[0] in "$~" else "means something else to Snakemake"
        raise ConfigError(f"{name} is {text!r}, and {odd[0]!r} in it {why}; name the folder without")
    for part in (path, *path.parents):
        if part.is_symlink() and not part.exists():
            raise ConfigError(f"{name} is {text}, but {part} is a link to {part.readlink()}, which is not there; remove it")
        if part.exists() and not part.is_dir():
            raise ConfigError(f"{name} is {text}, but {part} is a file; name a folder")
    return expanded


def _over(under, over) -> Placed:
    """`over` laid over `under`, mapping by mapping; a section that is left empty says nothing."""
    sections = {n: v for n, v in over.plain.items() if v is not None or not isinstance(under.plain.get(n), dict)}
    return Placed(_merged(under.plain, sections), under.places | over.places)


def _merged(under, over):
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    names = {str(name): name for name in under}  # 1 and "1" are one name
    over = {names.get(str(name), name): value for name, value in over.items()}
    return under | {name: _merged(under[name], value) if name in under else value for name, value in over.items()}


def _size(config, project):
    """The config that a size stands for, with the experiments of the papers that are wanted, or that `config` names."""
    name, where = config.plain["size"], config.places["size"]
    known = {path.stem: path for path in sorted(project.glob("configs/*.yaml"))}
    if not isinstance(name, str) or (name not in known and Path(name).suffix != ".yaml" and "/" not in name):
        raise ConfigError(f"{where}: size is {name!r:.60}, but there is no configs/{name}.yaml{nearest(name, known)}")
    size = _file(known.get(name, name))
    for key in {"size", "papers"} & size.plain.keys():
        raise ConfigError(f"{size.places[key]}: {key} belongs in the config that uses this size; remove it here")
    experiments, own = size.plain.get("experiments"), config.plain.get("experiments") or {}
    if not isinstance(experiments, dict):
        return size
    kept = {n: body for n, body in experiments.items() if not _of_other_networks(own.get(n), body)}
    gone = tuple(f"experiments.{n}{then}" for n in experiments.keys() - kept.keys() for then in ".[")
    places = {path: place for path, place in size.places.items() if not path.startswith(gone)}
    if "papers" not in config.plain:
        return Placed(size.plain | {"experiments": kept}, places)
    papers = sorted({str(key).partition("/")[0] for key in experiments})
    wanted, where = config.plain["papers"], config.places["papers"]
    if not isinstance(wanted, list):
        raise ConfigError(f"{where}: papers is {wanted!r:.60}; it must be a list of papers, such as [{', '.join(papers[:1])}]")
    if unknown := [paper for paper in wanted if paper not in papers]:
        why = f"papers names {unknown[0]}, and {name} has no experiment of it"
        raise ConfigError(f"{where}: {why}{nearest(unknown[0], papers)}")
    kept = {n: body for n, body in kept.items() if str(n).partition("/")[0] in wanted or n in own}
    return Placed(size.plain | {"experiments": kept}, places)


def _of_other_networks(own, body):
    """Whether an experiment names networks of its own: then the settings that suit those of the size are not for it."""
    return isinstance(own, dict) and any(key in own and own[key] != body.get(key) for key in ("network", "networks"))
