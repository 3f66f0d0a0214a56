"""What an edit reruns, measured for each row of the table in docs/reruns.md, and why it does."""

import json
import re
import shutil
import subprocess
from types import SimpleNamespace

import pytest
from conftest import ROOT, edit, planned, run

from lossland.checking import REQUIRED, resolved
from lossland.options import Cycle, Recipe
from lossland.workflow import configfile
from lossland.workflow.code_digest import code_of
from lossland.workflow.provenance import handed_down, notes
from lossland.workflow.staleness import code_changes, config_changes

SHAPES = {"table/segment_shape", "table/bezier_shape", "table/polychain_shape"}
DRAWN = {"figure/garipov2018_fig2", "figure/garipov2018_table2", "claim/garipov2018_curves"}
PAGE = "report/index"
VERDICTS = {"verdict/garipov2018", PAGE}
DRAWN |= VERDICTS
CURVES = {"subspace/Bezier", "subspace/chain", "table/bezier_path", "table/polychain_path", "table/bezier_shape", "table/polychain_shape", "table/polychain_ensemble"} | DRAWN  # fmt: skip
TRAINED = CURVES | SHAPES | {"network/net/1", "network/net/2", "network/net/3", "table/segment_path", "table/segment_ensemble", "table/surface", "table/trained/garipov2018/net"} | {"figure/surface"}  # fmt: skip
TABLES = {name for name in TRAINED if name.partition("/")[0] in ("table", "figure", "claim", "verdict", "report")}
MACHINERY = ("lossland/options.py", "lossland/checking.py", *(f"lossland/workflow/{p.name}" for p in ROOT.glob("lossland/workflow/*.py")), *(f"workflow_scripts/{p.name}" for p in ROOT.glob("workflow_scripts/*.py")))  # fmt: skip
MODEL = "class Extra:\n    pass\n\n\ndef build("

# row of the table -> (file, old, new), what reruns, a sentence that says why
EDITS = {
    "a method": (("lossland/methods/curve.py", "stack([s.end for s in sources])", "stack([*(s.end for s in sources)])"), CURVES, "subspace Bezier: lossland/methods/curve.py was edited"),
    "a method gets an option whose default is what it did before": (("lossland/methods/curve.py", "    bends: Annotated", "    start: float = 0.0,\n    bends: Annotated"), CURVES, "subspace Bezier: subspace.Bezier.start is new, is 0.0; lossland/methods/curve.py was edited"),
    "a model": (("lossland/models/mlp.py", "def build(", MODEL), TRAINED, "network net/1: lossland/models/mlp.py was edited"),
    "a model that the config does not use": (("lossland/models/vgg.py", "def build(", MODEL), set(), ""),
    "a probe": (("lossland/probes/shape.py", "v.mean()", "v.mean() + 0"), SHAPES | {"figure/garipov2018_table2", "claim/garipov2018_curves"} | VERDICTS, "table bezier_shape: lossland/probes/shape.py was edited"),
    "a figure": (("lossland/papers/garipov2018/figures/fig2.py", 'height=2.4', 'height=2.5'), {"figure/garipov2018_fig2", PAGE}, "figure garipov2018_fig2: lossland/papers/garipov2018/figures/fig2.py was edited"),
    "a claim": (("lossland/papers/garipov2018/claims/curves.py", "ratio=True, above=1,", "ratio=True, above=2,"), {"claim/garipov2018_curves"} | VERDICTS, "claim garipov2018_curves: lossland/papers/garipov2018/claims/curves.py was edited"),
    "the training engine": (("lossland/landscape/train.py", "CHECK_EVERY = 50", "CHECK_EVERY = 49"), TRAINED, "network net/1: lossland/landscape/train.py was edited"),
    "a published number": (("lossland/papers/garipov2018/published.csv", "Ind,1B,test_error_percent,27.4", "Ind,1B,test_error_percent,27.5"), DRAWN - {"figure/garipov2018_fig2"}, "figure garipov2018_table2: lossland/papers/garipov2018/published.csv was edited"),
    "a caption": (("lossland/papers/garipov2018/figures/fig2.py", '"""', '"""Drawn: '), {"figure/garipov2018_fig2", PAGE}, "figure garipov2018_fig2: lossland/papers/garipov2018/figures/fig2.py was edited"),
    "what the report looks like": (("lossland/report/look.css", "76rem", "77rem"), {PAGE}, "report index: lossland/report/look.css was edited"),
    "a comment": (("lossland/methods/curve.py", "    ends = torch", "    # why\n    ends = torch"), set(), ""),
    "a docstring": (("lossland/methods/curve.py", "are the two end networks", "are the networks at the ends"), set(), ""),
    "every file of workflow_scripts/ and of lossland/workflow/": (MACHINERY, set(), ""),
    "the format of a section": (("lossland/workflow/jobs.py", '"table": 1', '"table": 2'), TABLES, "table surface: the format of its section was 1, is 2"),
    "a default of an option, or of a recipe": (("lossland/options.py", "nesterov: bool = False", "nesterov: bool = True"), TRAINED, "network net/1: network.net.recipe.nesterov was false, is true"),
    "a value in the config": (("tests/toy.yaml", "subspace: plane, resolution: 5", "subspace: plane, resolution: 7"), {"table/surface", "figure/surface", PAGE}, "table surface: table.surface.resolution was 5, is 7"),
    "the values of two options, swapped": (("tests/toy.yaml", "n: 64, noise: 0.3, turns: 1", "n: 64, noise: 1, turns: 0.3"), TRAINED | {"data/spirals"}, "data spirals: data.spirals.noise was 0.3, is 1.0; data.spirals.turns was 1.0, is 0.3"),
    "the order of keys": (("tests/toy.yaml", "method: curve, sources: [net/1, net/2], seed: 1", "seed: 1, sources: [net/1, net/2], method: curve"), set(), ""),
    "`cost`, `resources`": (("tests/toy.yaml", "    model: mlp", "    cost: {hours: 2}\n    resources: {mem_mb: 900}\n    model: mlp"), set(), ""),
    "one more seed": (("tests/toy.yaml", "seeds: [1, 2, 3]", "seeds: [1, 2, 3, 4]"), {"network/net/4", "table/surface", "table/trained/garipov2018/net", "figure/surface", PAGE}, "network net/4: it is not there"),
}  # fmt: skip


def why(project):
    """What `make why` says, line by line, and the names of the jobs in the manner of `planned`."""
    done = run(project, "lossland", "why", "--configfile", "tests/toy.yaml")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    return lines, {line.partition(":")[0].replace(" ", "/", 1) for line in lines[:-1]}


@pytest.mark.parametrize("row", EDITS)
def test_an_edit_reruns_what_depends_on_it_and_says_why(editable, row):
    change, reruns, because = EDITS[row]
    if change is MACHINERY:
        for file in MACHINERY:
            (editable / file).write_text((editable / file).read_text() + "\nADDED = 1\n")
    else:
        edit(editable / change[0], *change[1:])
    if row == "one more seed":  # a plane is spanned by three
        edit(
            editable / "tests/toy.yaml",
            "plane: {method: plane, sources: [net]}",
            "plane: {method: plane, sources: [net/1, net/2, net/4]}",
        )
    assert planned(editable) == reruns
    lines, jobs = why(editable)
    assert jobs == reruns
    assert any(line.startswith(because) for line in lines)
    assert lines[-1].startswith(f"{len(reruns)} of ")


def test_a_touch_of_every_file_reruns_nothing(editable):
    for file in [*editable.glob("lossland/**/*.py"), *editable.glob("workflow_scripts/*.py"), *editable.glob("rules/*")]:
        file.touch()
    assert planned(editable) == set()


def test_another_branch_and_back_reruns_nothing(editable):
    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments], cwd=editable, check=True, capture_output=True
        )

    git("init", "--initial-branch", "one")
    git("add", "--all")
    git("commit", "--message", "one")
    git("checkout", "-b", "other")
    edit(editable / "lossland/methods/curve.py", "stack([s.end for s in sources])", "stack([*(s.end for s in sources)])")
    git("commit", "--all", "--message", "other")
    assert planned(editable) >= CURVES
    git("checkout", "one")
    assert planned(editable) == set()
    assert why(editable)[1] == set()


def test_the_table_of_the_docs_is_what_is_measured():
    table = (ROOT / "docs/reruns.md").read_text().partition("| edit | what reruns |\n|---|---|\n")[2].partition("\n\n")[0]
    rows = dict(re.fullmatch(r"\| (.*?) \| (.*?) \|", line).groups() for line in table.splitlines())
    others = {"a touch of every file": set(), "another branch checked out, and back": set()}
    expected = {row: reruns for row, (_, reruns, _) in EDITS.items()} | others
    assert set(rows) == set(expected)
    for row, words in rows.items():
        assert (words == "nothing") == (expected[row] == set()), row


def test_a_result_that_lacks_one_of_its_files_is_made_again(editable):
    (editable / "results/toy/figure/garipov2018_fig2.png").unlink()
    assert planned(editable) == {"figure/garipov2018_fig2", PAGE} == why(editable)[1]


MAKER = {"device": "x86_64", "versions": {"torch": "2.15"}}


def _record(name, inputs=(), **changed):
    section, _, name = name.partition(" ")
    spec = {"section": section, "name": name} | ({"model": {}} if section == "network" else {})
    return handed_down(MAKER | {"spec": spec} | changed, inputs)


def test_a_chain_names_all_makers_once_and_says_what_is_mixed():
    nets = [_record(f"network {i}") for i in range(6)]
    pooled = _record("table t", nets)
    assert sorted(r for maker in pooled["chain"] for r in maker["results"]) == [*(f"network {i}" for i in range(6)), "table t"]
    assert len(pooled["chain"]) == 2
    assert notes(pooled["chain"]) == []
    odd = _record("network 9", versions={"torch": "2.14"}, device="GPU")
    assert notes(_record("table t", [*nets, odd])["chain"]) == [
        "Mixed devices of a network: x86_64 made network 0, network 1, network 2, network 3 and 2 more; GPU made network 9.",
        "Mixed torch: 2.15 made network 0, network 1, network 2, network 3 and 3 more; 2.14 made network 9.",
    ]


def test_many_files_that_were_edited_are_told_by_the_first():
    then = {f"{i}.py": "old" for i in range(30)}
    assert code_changes(then, dict.fromkeys(then, "new")) == ["0.py, as 29 others, was edited"]
    assert code_changes({"a.py": "1"}, {"b.py": "1"}) == ["a.py is no longer used", "b.py is used now"]


def test_changes_are_told_by_their_path_in_the_config():
    then = {"section": "network", "name": "n/1", "method": {"sgd": {"recipe": {"lr": 0.1}}}, "model": {"mlp": {}}, "inputs": {}}
    now = json.loads(json.dumps(then))
    now["method"]["sgd"] |= {"recipe": {"lr": 0.2}, "seed": 1}
    now["model"] = {"vgg": {"depth": 16}}
    assert config_changes(then, now) == [
        "network.n.depth is new, is 16", 'network.n.model was "mlp", is "vgg"', "network.n.recipe.lr was 0.1, is 0.2", "network.n.seed is new, is 1",
    ]  # fmt: skip


def test_no_file_of_the_machinery_is_in_a_digest_and_what_it_imports_is():
    plan = configfile.planned([ROOT / "tests/toy.yaml"])
    code = {file for job in plan for file in code_of(job.spec)}
    assert not code & set(MACHINERY)
    network = next(iter(plan["network"].values()))
    assert {"lossland/landscape/problem.py", "lossland/geometry/charts/__init__.py"} <= set(code_of(network.spec))


def test_a_default_is_in_the_spec_however_deep_it_lies():
    options = {"cycles": (list[Cycle] | None, None), "recipe": (Recipe, REQUIRED), "rates": (list[float], (1, 2))}
    full = resolved(
        SimpleNamespace(name="m", options=options), {"cycles": [{"steps": 1, "lr": 1}], "recipe": {"epochs": 1, "lr": 1}}
    )
    assert full["cycles"][0]["threshold"] == 0.2
    assert full["recipe"]["milestones"] == []
    assert full["rates"] == [1, 2]


def test_what_was_read_of_a_file_is_of_its_text_alone(tmp_path):
    spec = {"section": "table", "probe": {"own": {}}}
    for root in ("a", "b"):
        for file, text in (
            ("workflow_scripts/table.py", "import lossland.workflow.files"),
            ("lossland/workflow/files.py", "import lossland.rng"),
            ("lossland/rng.py", "A = 1\n"),
            ("lossland/probes/own.py", "B = 1\n"),
        ):
            (tmp_path / root / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / root / file).write_text(text)
    first = code_of(spec, tmp_path / "a")
    assert set(first) == {"lossland/rng.py", "lossland/probes/own.py"}
    shutil.copytree(tmp_path / "a", tmp_path / "c")  # with what was kept of it
    kept = next((tmp_path / "c/lossland/probes/__pycache__").iterdir())
    kept.write_text(kept.read_text()[:40])
    (tmp_path / "c/lossland/rng.py").write_text("A = 2\n")
    (tmp_path / "b/lossland/rng.py").write_text("A = 2\n")
    edited = code_of(spec, tmp_path / "c")
    assert edited == code_of(spec, tmp_path / "b") != first
