"""A config, read from its files: the size it starts from, the papers it keeps, the places of its values for messages.

    size: miniature                  # what the rest is laid over: configs/miniature.yaml beside the Snakefile, or a path
    papers: [garipov2018, li2018]    # of the experiments of the size only those of these papers

Files, `--config key=value` and the size are laid over one another mapping by mapping; the last word counts. A section that is
left empty says nothing. Snakemake's own `config` is not used: it keeps the last of two stanzas of one name, silently.
"""

import os
import re
from pathlib import Path

from lossland.options import nearest
from lossland.workflow.plan import Plan
from lossland.workflow.plugins import ROOT
from lossland.workflow.validation import ConfigError
from lossland.workflow.yaml_nodes import Node, read_file, read_text

DEFAULT = "config.yaml"
FOLDERS = ("results", "data_root")
RESOLVED = "# Every job of the last run with its whole specification. Each run writes this file; it is not a config.\n"


def planned(files=(), overrides=(), project=ROOT) -> Plan:
    """The plan of a config; a ConfigError says file and line. `project` is the folder of the Snakefile, which has configs/."""
    config = read(files, overrides, project)
    try:
        plan = Plan(config.plain)
    except ConfigError as error:
        raise located(config, error) from error
    plan.read_from = config
    return plan


def located(config, error) -> ConfigError:
    """The same error, with file and line of what it is about: its `path`, or the path that its sentence begins with."""
    path = getattr(error, "path", None) or str(error)
    place = _place(config, path) or _place(config, f"experiments.{path}", least=2)
    return ConfigError(f"{place}: {error}" if place else str(error))


def keep_resolved(plan):
    """Write results/resolved.yaml. Raises ConfigError if there is a file of that name which no run made."""
    from lossland.workflow.files import replacing  # pandas, which planning does without

    path = Path(plan.results, "resolved.yaml")
    if path.exists() and not path.read_bytes().startswith(RESOLVED.encode()):
        raise ConfigError(f"{path} was made by no run, and the resolved config goes there; move it, or change results")
    with replacing(path) as temporary:
        temporary.write_text(RESOLVED + plan.resolved)


def read(files=(), overrides=(), project=ROOT) -> Node:
    """The config that `files` (config.yaml if there are none) and `key=value` overrides make. Raises ConfigError."""
    config = Node({}, DEFAULT)
    for file in files or [DEFAULT]:
        config = _over(config, read_file(file, _shown(file)))
    config = _over(config, _overriding(overrides))
    if "size" in config.value:
        config = _over(_size(config, Path(project)), config)
    elif "papers" in config.value:
        raise ConfigError(f"{config.keys['papers']}: papers chooses from the experiments of a size; add a size, or remove it")
    for name in FOLDERS:
        if name in config.value and isinstance(text := config.value[name].value, str):
            config.value[name] = Node(folder(f"{config.keys[name]}: {name}", text), config.value[name].place)
    return config


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
            raise ConfigError(
                f"{name} is {text}, but {part} is a link to {part.readlink()}, which is not there; remove the link"
            )
        if part.exists() and not part.is_dir():
            raise ConfigError(f"{name} is {text}, but {part} is a file; name a folder")
    return expanded


def _overriding(overrides):
    node = Node({}, "--config")
    for text in overrides:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"--config {text}: it takes key=value; a file is given as --configfile {text}")
        node.value[name], node.keys[name] = read_text(value, "--config", numbered=False), "--config"
    return node


def _over(under, over, top=True):
    """`over` laid over `under`, mapping by mapping; a section that is left empty says nothing."""
    if not (isinstance(under.value, dict) and isinstance(over.value, dict)):
        return under if top and over.value is None else over
    node, names = Node(dict(under.value), over.place, dict(under.keys)), {str(name): name for name in under.value}
    for name, value in over.value.items():
        name, own = names.get(str(name), name), over.keys[name]  # 1 and "1" are one name
        below = node.value.get(name)
        if below is None or not (value.value is None and top and isinstance(below.value, dict)):
            node.value[name] = value if below is None else _over(below, value, top=False)
            node.keys[name] = own
    return node


def _size(config, project):
    """The config that a size stands for, with the experiments of the papers that are wanted, or that `config` names."""
    node, where = config.value["size"], config.keys["size"]
    known = {path.stem: path for path in sorted(project.glob("configs/*.yaml"))}
    name = node.value
    path = known.get(name) if isinstance(name, str) else None
    if path is None:
        path = Path(str(name))
        if not isinstance(name, str) or not (path.suffix == ".yaml" or "/" in name):
            raise ConfigError(f"{where}: size is {name!r:.60}, but there is no configs/{name}.yaml{nearest(name, known)}")
    size = read_file(path, _shown(path))
    for key in {"size", "papers"} & size.value.keys():
        raise ConfigError(f"{size.keys[key]}: {key} belongs into the config that uses this size; remove it here")
    experiments = size.value.get("experiments")
    if "papers" not in config.value or experiments is None or not isinstance(experiments.value, dict):
        return size
    papers = {str(key).partition("/")[0] for key in experiments.value}
    wanted, where = config.value["papers"].plain, config.keys["papers"]
    if not isinstance(wanted, list):
        raise ConfigError(
            f"{where}: papers is {wanted!r:.60}; it must be a list of papers, such as [{min(papers, default='')}]"
        )
    for paper in wanted:
        if paper not in papers:
            raise ConfigError(
                f"{where}: papers names {paper}, and {name} has no experiment of it{nearest(paper, sorted(papers))}"
            )
    own = config.value["experiments"].value if "experiments" in config.value else None
    kept = {n: node for n, node in experiments.value.items() if n.partition("/")[0] in wanted or n in (own or ())}
    return Node(size.value | {"experiments": Node(kept, experiments.place, experiments.keys)}, size.place, size.keys)


def _place(node, path, least=1, place=None):
    """Where the deepest part of `path` stands that the config has, None if that is not `least` deep; `path` may be a sentence
    that begins with one."""
    if isinstance(node.value, dict):
        names = [n for n in node.value if re.match(rf"{re.escape(str(n))}(?![\w-])", path)]
        if names:
            name = max(names, key=lambda n: len(str(n)))
            return _place(node.value[name], path[len(str(name)) :].removeprefix("."), least - 1, node.keys[name])
    elif isinstance(node.value, list) and (index := re.match(r"\[(\d+)\]\.?", path)) and int(index[1]) < len(node.value):
        item = node.value[int(index[1])]
        return _place(item, path[index.end() :], least - 1, item.place)
    return place if least < 1 else None


def _shown(path):
    """The path of a file as a reader would give it."""
    path = Path(path)
    return str(path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path)
