"""The front door: a folder with a short config for networks of one's own, and what there is to see of them.

lossland look mine:network --data photos trained.pt                 planes, lines, spectrum of one network
lossland look mine:network --data photos checkpoints/               of a training also the plane of its trajectory
lossland look torchvision.models:resnet18 --data photos --seeds 4   trains four; also curves, ensembles, disagreement
lossland new folder                                                 the config alone, with a network to replace
"""

import inspect
import os
import re
import shutil
import sys
from importlib import import_module
from pathlib import Path

from lossland.checking import ConfigError, build, built
from lossland.inputs import checkpoint_names
from lossland.options import Count, Positive, Weights
from lossland.workflow import own_files, plugins
from lossland.workflow.project import Grids, Project
from lossland.workflow.yaml_places import read_text

SHARED = 0.75  # two cores, which share memory, are as fast as 1.7
RECIPE = {"epochs": 30, "lr": 0.05, "batch_size": 128, "weight_decay": 5e-4}
SIDES = [31, 25, 21, 17, 13, 11, 9]  # of a plane, in points, from fine to coarse
EXAMPLES = [2000, 1000, 500, 250, 120, 60]
BATCH = 64  # examples that are evaluated at a time
ALSO = {  # options of own/around
    "spectrum": "the whole spectrum of the Hessian",
    "sharpness": "measures of sharpness",
    "topology": "minima and saddles in the plane",
}
STUB = '''"""A network to replace: keyword-only parameters with an annotation are options of the config."""

from torch import nn

from lossland.options import Count


def network(shape, classes, *, width: Count = 16) -> nn.Module:
    """`shape` is that of one input, `classes` the number of outputs."""
    return nn.Sequential(
        nn.Conv2d(shape[0], width, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(4 * width, classes),
    )
'''
WRAPPER = '''"""The network that is looked at: `shape` is that of one input, `classes` the number of outputs."""

import {module}


def network(shape, classes):
    return {module}.{function}({arguments})
'''


def new(folder) -> Path:
    """Write a config with a network of `folder`/mine.py. Raises ConfigError."""
    folder = _new(Path(folder))
    mine = {"data": "images", "model": f"{'.'.join(folder.parts)}.mine:network", "width": 16, "method": "sgd", "seeds": 4}
    folder.mkdir(parents=True)
    (folder / "mine.py").write_text(STUB, "utf-8")
    return Project(folder, {"source": "digits"}, {"mine": mine | {"recipe": RECIPE | {"batch_size": 32}}}).write()


def look(model, data, checkpoints, *, out="look", seeds=None, size=64, minutes=5.0, cores=1, also=()) -> Path:
    """Write a config that draws what takes about so many `minutes` on the `cores` of this machine, training aside, and say
    how long it will take. `seeds` is how many networks are trained (default: 2), `also` names some of ALSO. Raises
    ConfigError."""
    build(Count | None, seeds, "--seeds")
    build(Positive, minutes, "--minutes")
    build(Count, size, "--size")
    if checkpoints and seeds is not None:
        raise ConfigError(f"--seeds {seeds} trains networks, and those of checkpoints are trained; leave out one of them")
    folder, source = _new(Path(out)), _data(data, size)
    function, wrapper = _model(model, folder)
    stanza, seeds = {"data": "images", "model": function}, 2 if seeds is None else seeds
    files = _checkpoints(checkpoints)
    folder.mkdir(parents=True)
    try:
        if wrapper:  # which is measured
            (folder / "model.py").write_text(wrapper, "utf-8")
        trained = {name: {"method": "pretrained", "file": str(file)} for name, file in files.items()}
        recipe = RECIPE | {"epochs": 10, "lr": 0.01} if trained else {}
        of_seeds = {"mine": {"method": "sgd", "seeds": seeds, "recipe": RECIPE}}
        networks = {name: stanza | body for name, body in (trained or of_seeds).items()}
        project = Project(folder, source, networks, recipe, Grids(SIDES[0], EXAMPLES[0], cores, also))
        speed, beside = _speed(source, function, cores, files.values()), _beside(project, cores)
        project.grids = _affordable(speed, minutes, len(networks), len(files) or seeds, cores, also, beside)
        return project.write()
    except BaseException:
        shutil.rmtree(folder)  # it was not there before
        raise


def _checkpoints(given) -> dict[str, Path]:
    """Files of weights by the names that their networks get."""
    paths = [build(Weights, str(Path(path).resolve()), "checkpoint") for path in given]
    for path in paths:
        if not own_files.there("weights", path):
            raise ConfigError(f"there is no checkpoint {path}; give a file, or a folder or a pattern of those of a training")
        if fault := own_files.fault("weights", path):
            raise ConfigError(fault)
    names = [re.sub(r"\W", "_", path.stem) for path in paths]
    if len(set(names)) < len(names) or not all(name[0].isalpha() for name in names):  # 1 is a number in YAML
        names = [f"network_{i + 1}" for i in range(len(paths))]
    return dict(zip(names, paths, strict=True))


def _new(folder) -> Path:
    """A folder below the current one whose modules can be named, and that is not there yet."""
    if folder.is_absolute() or not all(part.isidentifier() for part in folder.parts) or not folder.parts:
        raise ConfigError(f"{folder} must be a folder below this one, of letters, digits and _, such as look")
    if folder.exists():
        raise ConfigError(f"{folder} is there; `lossland run {folder}` goes on in it, or name another folder")
    return folder


def _data(data, size) -> dict:
    """A folder of class folders or of Parquet files, a dataset of the library, or "module:function"."""
    path = Path(data)
    if path.is_dir():
        if any(path.rglob("*.parquet")):
            return {"source": "parquet_images", "folder": str(path.resolve())}
        if not all((path / split).is_dir() for split in ("train", "test")):
            raise ConfigError(f"--data {data} has no train/ and test/; each must be there, with a folder for each class")
        return {"source": "image_folder", "folder": str(path.resolve()), "size": size, "crop": 0, "flip": 0.0}
    try:
        plugins.plugin("data", data)
    except (FileNotFoundError, NameError, ValueError) as error:
        raise ConfigError(f"--data {data} is not a folder, and as a dataset {error}") from None
    return {"source": data}


def _model(model, folder) -> tuple[str, str]:
    """The name of a model for the config, and the module that has to be written for it, if one has."""
    try:
        plugins.plugin("models", model)
    except (FileNotFoundError, NameError, ValueError) as error:
        module, colon, name = model.partition(":")
        if not colon:
            raise ConfigError(f"model {model}: {error}; name one, or give package.module:function") from None
    else:
        return model, ""
    sys.path.insert(0, str(Path.cwd()))
    try:
        parameters = inspect.signature(getattr(import_module(module), name)).parameters
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ConfigError(f"model {model} is not to be had: {error}; give package.module:function") from None
    arguments = {"shape": "shape", "classes": "classes", "num_classes": "num_classes=classes"}
    given = [text for key, text in arguments.items() if key in parameters]
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        given = given or ["num_classes=classes"]  # as the networks of torchvision
    positional = [p.name for p in parameters.values() if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    if others := [name for name in positional if name not in arguments]:
        raise ConfigError(f"model {model} wants {others[0]} too; name a function of (shape, classes) that gives it")
    return f"{'.'.join(folder.parts)}.model:network", WRAPPER.format(module=module, function=name, arguments=", ".join(given))


def _speed(source, model, cores, files) -> float:
    """Examples a second that the network evaluates on this machine: on its GPU, or as often at a time as there are cores.

    Raises ConfigError for data, a network, or files of its weights that would not do.
    """
    import torch

    from lossland.inputs.arrays import Arrays
    from lossland.landscape.devices import device_of
    from lossland.workflow import speed

    threads = torch.get_num_threads()
    sys.path.insert(0, str(Path.cwd()))
    options = {name: value for name, value in source.items() if name != "source"}
    root = Path(os.environ.get("LOSSLAND_DATA", "data"))  # of the run too
    known = plugins.plugin("data", source["source"]).options
    data = plugins.load("data", source["source"])(root, **built(known, options, f"--data {source['source']}", root=root))
    if not isinstance(data, Arrays):
        raise ConfigError(f"--data {source['source']} returns {type(data).__name__}; return Arrays of lossland.inputs.arrays")
    try:
        problem = speed.problem_of(model, {}, data)
        problem.check()
    except ValueError as error:
        raise ConfigError(f"model {model} fails on inputs of shape {data.shape}: {error}") from error
    for file in files:
        plugins.load("methods", "pretrained")(problem, [], file=str(checkpoint_names.networks(file)[0]))
    measured = speed.of(problem)
    torch.set_num_threads(threads)
    together = cores**SHARED if device_of(problem.device).type == "cpu" else 1
    return BATCH / measured.passes("forward", 1, BATCH) * together


def _beside(project, cores) -> float:
    """Minutes that the jobs of a project take beside what they compute: their start, and drawing itself."""
    from lossland.workflow import cost, plan  # pandas, which the other commands do without

    jobs = plan.Plan(read_text(project.text, project.folder).plain)
    return sum(cost.BESIDE.get(job.section, cost.USUAL) for job in jobs) / 60 / cores


def _affordable(speed, minutes, labels, networks, cores=1, also=(), beside=0.0) -> Grids:
    """The finest grids that `speed` affords in so many minutes, `beside` of which are no passes; what they take is said."""
    choices = [(side, n) for n in EXAMPLES[:-2] for side in SIDES[:4]]
    choices += [(side, n) for n in EXAMPLES[-2:] for side in SIDES[2:]]
    grids = [Grids(side, n, cores, also) for side, n in choices]
    chosen = next((one for one in grids if one.passes(labels, networks) <= 60 * speed * (minutes - beside)), grids[-1])
    takes = chosen.passes(labels, networks) / speed / 60 + beside
    print(f"planes of {chosen.side} x {chosen.side} points, {chosen.examples} examples: about {takes:.1f} minutes of drawing")
    return chosen
