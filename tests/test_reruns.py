"""What an edit reruns, measured for each row of the table in docs/reruns.md; why it does; and results that are kept all the same."""

import json
import os
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from conftest import ROOT, TOY, edit, planned, run, snakemake

from lossland.workflow import files as io
from lossland.workflow.code_digest import code_of
from lossland.workflow.provenance import handed_down, notes
from lossland.workflow.staleness import config_changes

PATHS = ["segment_path", "bezier_path", "polychain_path"]
SHAPES = {f"table/{path[:-5]}_shape" for path in PATHS}
DRAWN = {"figure/garipov2018_fig2", "figure/garipov2018_table2", "claim/garipov2018_curves"}
CURVES = {"subspace/Bezier", "subspace/chain", "table/bezier_path", "table/polychain_path", "table/bezier_shape", "table/polychain_shape", "table/polychain_ensemble"} | DRAWN  # fmt: skip
TRAINED = CURVES | SHAPES | {"network/net/1", "network/net/2", "network/net/3", "subspace/segment", "subspace/plane", "table/segment_path", "table/segment_ensemble", "table/surface"} | {"figure/surface"}  # fmt: skip
MODEL = "class Extra:\n    pass\n\n\ndef build("

# row of the table -> (file, old, new), what reruns, a sentence that says why
EDITS = {
    "a method": (("lossland/methods/curve.py", "stack([s.end for s in sources])", "stack([*(s.end for s in sources)])"), CURVES, "subspace Bezier: lossland/methods/curve.py was edited"),
    "a method gets an option whose default is what it did before": (("lossland/methods/curve.py", "    bends: Annotated", "    start: float = 0.0,\n    bends: Annotated"), CURVES, "subspace Bezier: lossland/methods/curve.py was edited"),
    "a model": (("lossland/models/mlp.py", "def build(", MODEL), TRAINED, "network net/1: lossland/models/mlp.py was edited"),
    "a model that the config does not use": (("lossland/models/vgg.py", "def build(", MODEL), set(), ""),
    "a probe": (("lossland/probes/shape.py", "v.mean()", "v.mean() + 0"), SHAPES | {"figure/garipov2018_table2", "claim/garipov2018_curves"}, "table bezier_shape: lossland/probes/shape.py was edited"),
    "a figure": (("lossland/papers/garipov2018/figures/fig2.py", "height=2.4", "height=2.5"), {"figure/garipov2018_fig2"}, "figure garipov2018_fig2: lossland/papers/garipov2018/figures/fig2.py was edited"),
    "a caption": (("lossland/papers/garipov2018/figures/fig2.py", "Right, theta(0)", "On the right, theta(0)"), {"figure/garipov2018_fig2"}, "figure garipov2018_fig2: lossland/papers/garipov2018/figures/fig2.py was edited"),
    "a claim": (("lossland/papers/garipov2018/claims/curves.py", "above=5", "above=6"), {"claim/garipov2018_curves"}, "claim garipov2018_curves: lossland/papers/garipov2018/claims/curves.py was edited"),
    "the training engine": (("lossland/landscape/train.py", "CHECK_EVERY = 50", "CHECK_EVERY = 49"), TRAINED, "network net/1: lossland/landscape/train.py was edited"),
    "a published number": (("lossland/papers/garipov2018/published.csv", "Ind,1B,test_error_percent,27.4", "Ind,1B,test_error_percent,27.5"), DRAWN, "figure garipov2018_fig2: lossland/papers/garipov2018/published.csv was edited"),
    "a comment": (("lossland/methods/curve.py", "    ends = torch", "    # why\n    ends = torch"), set(), ""),
    "a docstring": (("lossland/methods/curve.py", "are the two end networks", "are the networks at the ends"), set(), ""),
    "a value in the config": (("tests/toy.yaml", "subspace: plane, resolution: 5", "subspace: plane, resolution: 7"), {"table/surface", "figure/surface"}, "table surface: table.surface.resolution was 5, is 7"),
    "the values of two options, swapped": (("tests/toy.yaml", "n: 64, noise: 0.3, turns: 1", "n: 64, noise: 1, turns: 0.3"), TRAINED | {"data/spirals"}, "data spirals: data.spirals.noise was 0.3, is 1; data.spirals.turns was 1, is 0.3"),
    "the order of keys": (("tests/toy.yaml", "method: curve, sources: [net/1, net/2], seed: 1", "seed: 1, sources: [net/1, net/2], method: curve"), set(), ""),
    "`cite`, `published`, `cost`, `resources`": (("tests/toy.yaml", "    model: mlp", "    cite: somebody\n    cost: {hours: 2}\n    resources: {mem_mb: 900}\n    model: mlp"), set(), ""),
    "one more seed": (("tests/toy.yaml", "seeds: [1, 2, 3]", "seeds: [1, 2, 3, 4]"), {"network/net/4", "subspace/plane", "table/surface", "figure/surface"}, "network net/4: it is not there"),
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
    edit(editable / "workflow_scripts/table.py", "NAMES = {", "COLUMNS = NAMES = {")
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


def test_a_harmless_edit_can_be_accepted_and_is_told_of(editable):
    results = editable / "results/toy"
    before = pd.read_parquet(results / "table/bezier_path.parquet")
    edit(editable / "lossland/methods/curve.py", "stack([s.end for s in sources])", "stack([*(s.end for s in sources)])")
    edit(editable / "tests/toy.yaml", "subspace: plane, resolution: 5", "subspace: plane, resolution: 7")
    done = run(editable, "lossland", "accept", "--configfile", "tests/toy.yaml", "--because", "the same list")
    assert done.returncode == 0, done.stderr
    assert "7 results were accepted" in done.stdout
    assert planned(editable) == DRAWN | {"table/surface", "figure/surface"} == why(editable)[1]
    record = io.provenance(results / "subspace/bezier.safetensors")
    assert [edit["because"] for edit in record["accepted"].values()] == ["the same list"]
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    pd.testing.assert_frame_equal(pd.read_parquet(results / "table/bezier_path.parquet"), before)
    told = (results / "claim/garipov2018_curves.md").read_text()
    assert (
        "Accepted in subspace bezier, subspace polychain without running again: an edit of lossland/methods/curve.py (the same list)."
        in told
    )
    assert planned(editable) == set() == why(editable)[1]
    edit(editable / "lossland/methods/curve.py", "stack([*(s.end for s in sources)])", "stack([s.end for s in sources])")
    assert planned(editable) == CURVES == why(editable)[1]
    done = run(editable, "lossland", "accept", "--configfile", "tests/toy.yaml")
    assert "7 results were accepted" in done.stdout
    assert "accepted" not in io.provenance(results / "subspace/bezier.safetensors"), "the code is what made it again"
    assert planned(editable) == DRAWN == why(editable)[1]


def test_an_acceptance_that_was_cut_off_is_done_again(editable):
    edit(editable / "lossland/methods/curve.py", "stack([s.end for s in sources])", "stack([*(s.end for s in sources)])")
    lock = editable / ".snakemake/locks/0.output.lock"
    lock.parent.mkdir(exist_ok=True)
    lock.write_text("x")
    done = run(editable, "lossland", "accept", "--configfile", "tests/toy.yaml")
    assert done.returncode == 1
    assert "a run is at work, or was killed" in done.stderr
    assert "accepted" not in io.provenance(editable / "results/toy/subspace/bezier.safetensors")
    lock.unlink()
    code = "from lossland.workflow.configfile import planned; from lossland.workflow.staleness import Reruns; Reruns(planned(['tests/toy.yaml'])).accept()"
    subprocess.run([sys.executable, "-c", code], cwd=editable, env=os.environ | {"PYTHONPATH": str(editable)}, check=True)
    assert "0 results were accepted" in run(editable, "lossland", "accept", "--configfile", "tests/toy.yaml").stdout
    assert planned(editable) == DRAWN == why(editable)[1]


def test_a_result_that_lacks_one_of_its_files_is_made_again(editable):
    (editable / "results/toy/figure/garipov2018_fig2.png").unlink()
    assert planned(editable) == {"figure/garipov2018_fig2"} == why(editable)[1]


def test_nothing_is_accepted_that_another_config_made(editable):
    edit(editable / "tests/toy.yaml", "epochs: 8", "epochs: 9")
    before = {p: p.read_bytes() for p in (editable / "results/toy").rglob("*.*") if p.is_file()}
    done = run(editable, "lossland", "accept", "--configfile", "tests/toy.yaml")
    assert "0 results were accepted" in done.stdout
    assert "network net/1: network.net.recipe.epochs was 8, is 9" in done.stdout
    assert {p: p.read_bytes() for p in before} == before


def test_claims_name_results_of_mixed_code(editable):
    """One network of another code than its twins, as an interrupted run with edits and `--rerun-triggers mtime` leaves it."""
    edit(editable / "lossland/landscape/train.py", "CHECK_EVERY = 50", "CHECK_EVERY = 49")
    only = ["--rerun-triggers", "mtime", "--forcerun", "results/toy/network/net/2.safetensors"]
    status, output = snakemake(editable, *TOY, *only)
    assert status == 0, output
    told = (editable / "results/toy/claim/garipov2018_curves.md").read_text()
    assert "Mixed code, lossland/landscape/train.py" in told
    assert "network net/1" in told


MAKER = {"code": {"lossland/landscape/a.py": "1"}, "device": "x86_64", "versions": {"torch": "2.15"}}


def _record(name, inputs=(), **changed):
    section, _, name = name.partition(" ")
    return handed_down(MAKER | {"spec": {"section": section, "name": name}} | changed, inputs)


def test_a_chain_names_all_makers_once_and_says_what_is_mixed():
    nets = [_record(f"network {i}") for i in range(6)]
    pooled = _record("table t", nets, code={"b.py": "1"})
    assert sorted(r for maker in pooled["chain"] for r in maker["results"]) == [*(f"network {i}" for i in range(6)), "table t"]
    assert len(pooled["chain"]) == 2
    assert notes(pooled["chain"]) == []
    odd = _record("network 9", code={"lossland/landscape/a.py": "2"}, versions={"torch": "2.14"}, device="GPU")
    told = notes(_record("table t", [*nets, odd], code={"b.py": "1"}, versions={"torch": "2.15"})["chain"])
    assert told == [
        "Mixed devices of a network: x86_64 made network 0, network 1, network 2, network 3 and 2 more; GPU made network 9.",
        "Mixed code, lossland/landscape/a.py: network 0, network 1, network 2, network 3 and 2 more; another edition made network 9.",
        "Mixed torch: 2.15 made network 0, network 1, network 2, network 3 and 3 more; 2.14 made network 9.",
    ]


def test_changes_are_told_by_their_path_in_the_config():
    then = {"section": "network", "name": "n/1", "method": {"sgd": {"recipe": {"lr": 0.1}}}, "model": {"mlp": {}}, "inputs": {}}
    now = json.loads(json.dumps(then))
    now["method"]["sgd"] |= {"recipe": {"lr": 0.2}, "seed": 1}
    now["model"] = {"vgg": {"depth": 16}}
    assert config_changes(then, now) == [
        "network.n.depth is new, is 16", 'network.n.model was "mlp", is "vgg"', "network.n.recipe.lr was 0.1, is 0.2", "network.n.seed is new, is 1",
    ]  # fmt: skip


def test_what_was_read_of_a_file_is_of_its_text_alone(tmp_path):
    spec = {"section": "table", "probe": {"own": {}}}
    for root in ("a", "b"):
        for file, text in (
            ("workflow_scripts/table.py", "import lossland.workflow.files"),
            ("lossland/workflow/files.py", "A = 1\n"),
        ):
            (tmp_path / root / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / root / file).write_text(text)
        (tmp_path / root / "lossland/probes").mkdir()
        (tmp_path / root / "lossland/probes/own.py").write_text("B = 1\n")
    first = code_of(spec, tmp_path / "a")
    assert set(first) == {"workflow_scripts/table.py", "lossland/workflow/files.py", "lossland/probes/own.py"}
    shutil.copytree(tmp_path / "a", tmp_path / "c")  # with what was kept of it
    kept = next((tmp_path / "c/lossland/probes/__pycache__").iterdir())
    kept.write_text(kept.read_text()[:40])
    (tmp_path / "c/lossland/workflow/files.py").write_text("A = 2\n")
    (tmp_path / "b/lossland/workflow/files.py").write_text("A = 2\n")
    edited = code_of(spec, tmp_path / "c")
    assert edited == code_of(spec, tmp_path / "b") != first
