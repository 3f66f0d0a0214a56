"""The house: imports only go down, and every plug-in keeps its contract; both found by folder."""

import ast
import inspect
import subprocess
import sys
import typing
from dataclasses import replace
from importlib import import_module

import pandas as pd
import pytest
import torch
from conftest import ROOT
from safetensors.torch import save_file

from lossland.checking import build
from lossland.landscape.subspace import Subspace
from lossland.options import Count, Cycle, Entries, Index, Positive, Recipe, Seed, Weights
from lossland.workflow import plugins as catalogue
from lossland.workflow.store import DiskJournal

# room -> rooms and libraries it may import beside the standard library; what is not named imports whatever it likes
TORCH, TABLES = {"torch"}, {"pandas", "numpy"}
BASE = {"options", "rng", "geometry", "inputs", "tasks"}
DRAWN = TABLES | {"options", "geometry", "statistics", "matplotlib", "mpl_toolkits", "plotly", "meshio", "scipy"}
MAY = {
    "options": {"pydantic_core"},
    "checking": {"pydantic", "pydantic_core", "options"},
    "rng": TORCH,
    "geometry": TORCH | {"geometry"},
    "inputs": TORCH | {"numpy", "scipy", "PIL", "psutil", "safetensors", "options", "rng", "inputs", "tasks"},
    "tasks": TORCH | {"options", "tasks"},
    "data": TORCH
    | {
        "torchvision",
        "sklearn",
        "mlxtend",
        "numpy",
        "scipy",
        "pyarrow",
        "PIL",
        "tokenizers",
        "inputs",
        "options",
        "rng",
        "data",
    },
    "models": TORCH | {"timm", "torchvision", "models", "options", "geometry"},
    "landscape": TORCH | BASE | {"checking", "landscape", "numpy", "scipy"},
    "symmetries": TORCH | BASE | {"landscape", "symmetries", "scipy"},
    "methods": TORCH | BASE | {"checking", "landscape", "symmetries", "numpy", "safetensors", "scipy"},
    "statistics": TORCH | TABLES | {"scipy", "statistics"},
    "probes": TORCH | TABLES | BASE | {"landscape", "statistics", "scipy", "sklearn"},
    "plotting": DRAWN | {"plotting"},
    "papers": DRAWN | {"plotting", "papers"},
    "report": TABLES | {"statistics", "report", "jinja2", "markupsafe", "PIL"},
}
STANDARD = set(sys.stdlib_module_names) - {"pickle", "shelve", "marshal"}
FILES = sorted((ROOT / "lossland").rglob("*.py"))
PLUGINS = [(room, name) for room in catalogue.FUNCTION for name in catalogue.names(room)]


def _imports(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names) if node.module == "lossland" else [node.module]


def test_imports_only_go_down():
    for file in FILES:
        inside = file.relative_to(ROOT / "lossland").parts
        room = inside[0].removesuffix(".py")
        for name in _imports(file):
            parts = name.split(".")
            found = parts[1] if parts[0] == "lossland" else parts[0]
            if found not in STANDARD and room in MAY:
                assert found in MAY[room], f"{file} imports {name}"
            if room in ("methods", "probes"):
                assert not name.startswith(f"lossland.{room}"), f"{file} imports its neighbour {name}"


def test_nothing_imports_the_workflow():
    """It imports all, and is in no digest; `python -m lossland` is a way into it."""
    for file in FILES:
        if file.relative_to(ROOT / "lossland").parts[0] not in ("workflow", "__main__.py"):
            assert not any(name.startswith("lossland.workflow") for name in _imports(file)), file


def test_what_draws_and_claims_imports_no_torch():
    modules = [catalogue.find(room, name).module for room in ("figures", "claims") for name in catalogue.names(room)]
    code = (
        f"import sys; from importlib import import_module; [import_module(m) for m in {modules}]; print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout.strip() == "False"


@pytest.mark.parametrize(("room", "name"), PLUGINS)
def test_plugin_contract(room, name):
    plugin = catalogue.plugin(room, name)
    module = catalogue.imported(room, name)
    function = getattr(module, catalogue.FUNCTION[room])
    assert len(plugin.caption.partition("\n")[0]) > 20, "the first line says what it is"
    assert plugin.inputs in catalogue.POSITIONAL[room]
    if room == "probes":
        assert set(module.KEY) <= set(module.SCHEMA)
    if room in ("figures", "claims"):
        title, blank, *told = module.__doc__.splitlines()
        assert (title[-1], blank) == (".", ""), "the first line is the title of the caption"
        assert len(" ".join(told).split()) > 20, "then what to see, and what the paper saw"
    for option, (annotation, default) in plugin.options.items():
        parameter = inspect.signature(function).parameters[option]
        assert parameter.kind is parameter.KEYWORD_ONLY
        if default is not catalogue.REQUIRED:
            build(annotation, default, f"{name}.{option}")  # its own default is not refused
    body = ast.parse(inspect.getsource(function)).body[0]
    read = {node.id for part in body.body for node in ast.walk(part) if isinstance(node, ast.Name)}
    assert {*plugin.options, *plugin.tables} <= read, "an option that does nothing"
    public = [n for n, v in vars(module).items() if inspect.isfunction(v) and v.__module__ == module.__name__ and n[0] != "_"]
    assert catalogue.FUNCTION[room] in public


def test_network_options_do_not_collide():
    """A network's stanza holds the options of its model and of its method on one level."""
    models = {o for name in catalogue.names("models") for o in catalogue.plugin("models", name).options}
    methods = {o for name in catalogue.names("methods") for o in catalogue.plugin("methods", name).options}
    assert not models & methods


def test_methods_and_probes_do_not_share_names():
    """Rules are named after both."""
    assert not set(catalogue.names("methods")) & set(catalogue.names("probes"))


@pytest.mark.parametrize("name", catalogue.names("methods"))
def test_every_method_runs_on_the_toy_problem_and_again_from_its_journal(name, problem, tmp_path):
    """With as many sources of three points as it takes, up to three, and its required options filled by type."""
    from lossland.methods import chain, curve, sgd

    recipe = Recipe(epochs=2, lr=0.1, batch_size=32)
    save_file(problem.space.unravel(problem.init(5)), tmp_path / "own.safetensors")
    fill = {
        Recipe: recipe,
        Seed: 0,
        Count: 1,
        list[Count]: [2, 1],
        list[Index]: [0, 2],
        Positive: 0.01,
        list[Cycle]: [Cycle(3, 0.1, "equal", 1), Cycle(2, 0.01)],
        Weights: tmp_path / "own.safetensors",
    }
    plugin = catalogue.plugin("methods", name)
    given = {o: fill[_of_any_length(kind)] for o, (kind, default) in plugin.options.items() if default is catalogue.REQUIRED}
    sources = [sgd.build(problem, [], recipe=recipe, seed=s, snapshots=[0, 1]) for s in range(int(min(plugin.sources.high, 3)))]
    if name in ("cone", "swag_curve"):
        sources = [
            chain.build(problem, sources)
            if name == "cone"
            else curve.build(problem, [*sources, sgd.build(problem, [], recipe=recipe, seed=9)], recipe=recipe, seed=0)
        ]
    if name == "pair":
        given = {"ray": 1}
    build = import_module(f"lossland.methods.{name}").build
    made = build(problem, sources, **given)
    assert isinstance(made, Subspace)
    assert made.anchors.shape[1] == problem.space.dimension
    for _ in range(2):
        again = build(replace(problem, journal=DiskJournal(tmp_path)), sources, **given)
        assert torch.equal(again.anchors, made.anchors)


def _of_any_length(kind):
    parts = typing.get_args(kind)
    return parts[0] if parts and isinstance(parts[-1], Entries) and typing.get_origin(parts[0]) is list else kind


@pytest.mark.parametrize("name", catalogue.names("probes"))
def test_every_probe_returns_its_schema(name, problem, normalised):
    from lossland.methods import connector, line, random_plane, sgd
    from lossland.probes import landscape

    problem = normalised if name == "shift" else problem  # images alone can be corrupted
    runs = [sgd.build(problem, [], recipe=Recipe(1, 0.1), seed=s, snapshots=[0]) for s in (0, 1)]
    segment = line.build(problem, runs)
    probe = import_module(f"lossland.probes.{name}")
    if catalogue.plugin("probes", name).inputs == ("table",):
        table = probe.measure(landscape.measure(problem, segment, resolution=5))
    else:
        around = random_plane.build(problem, runs[:1], seed=0)
        joined = connector.build(problem, runs, recipe=Recipe(1, 0.1), seed=0)
        measured = {"dynamics": runs[0], "directions": around, "projection": around, "cuts": _cuts(runs[0])}
        measured["cycles"] = _trained_in_cycles(segment)
        measured |= dict.fromkeys(("inside", "sampled", "spokes", "vertices", "volume"), joined)
        measured = measured.get(name, segment)
        others = [problem.data] if "data" in catalogue.plugin("probes", name).inputs else []
        table = probe.measure(problem, measured, *others)
    assert isinstance(table, pd.DataFrame)
    assert set(table.columns) == set(probe.SCHEMA)
    assert not table.duplicated(probe.KEY).any()
    scores = ["error", "min", "max"]
    if "quantity" in table:  # else a value is that of a parameter or of a function
        table, scores = table[table["quantity"] == "error"], [*scores, "value", "saddle", "refined"]
    if name == "topology":
        table = table.fillna({"saddle": 0.0})  # the lowest minimum has none
    assert table[[c for c in scores if c in table]].stack().between(0, 1).all()


def _cuts(network):
    k = len(network.anchors)
    return replace(network, notes={"dimension": torch.arange(k), "radius": torch.ones(k, dtype=torch.float64)})


def _trained_in_cycles(path):
    n = torch.linspace(0, 1, 3, dtype=torch.float64)
    notes = {"cycle": torch.ones(3, dtype=torch.int64), "share": n, "pivot": n != 0.5, "nll": n, "error": n}
    return replace(path, notes={f"dense.{name}": note for name, note in notes.items()})


def test_planning_does_not_import_torch():
    code = "import sys; from lossland.workflow.configfile import planned; planned(); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout.strip() == "False"


def test_nothing_is_unpickled():
    for path in [*FILES, *(ROOT / "workflow_scripts").glob("*.py")]:
        loads = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call) and "load" in ast.unparse(n.func)]
        for call in loads:
            safe = any(k.arg == "weights_only" and ast.unparse(k.value) == "True" for k in call.keywords)
            assert safe or ast.unparse(call.func) != "torch.load", path
