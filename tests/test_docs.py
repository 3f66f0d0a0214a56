"""What README.md and the pages of docs/ say can be run, is run; what they name is there; the site needs no network."""

import ast
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from importlib import import_module

import pytest
import torch
import yaml
from conftest import RECORD, ROOT, snakemake
from PIL import Image
from planted import planted
from safetensors.torch import save_file

from lossland.statistics import verdicts
from lossland.workflow.files import embedded, save_table

README = (ROOT / "README.md").read_text()
PAGES = {page.name: page.read_text() for page in sorted((ROOT / "docs").glob("*.md"))}
WORDS = {"README.md": README} | PAGES


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"docs/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RESULTS, EXPERIMENTS = script("results"), script("experiments")


def blocks(text, language):
    """(title or '', text) of each block of code in a language."""
    found = re.findall(r'^```(\w*)(?: title="(.*?)")?\n(.*?)^```$', text, re.S | re.M)
    return [(title, code) for of, title, code in found if of == language]


def merged(configs):
    whole = {}
    for config in configs:
        for section, stanzas in config.items():
            whole[section] = whole.get(section, {}) | stanzas if isinstance(stanzas, dict) else stanzas
    return whole


def test_the_readme_is_short():
    assert len(README.encode()) <= 8 * 1024


def test_the_python_examples(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (example,) = (text for title, text in blocks(PAGES["your_network.md"], "python") if title == "example.py")
    known = {}
    exec(example, known)
    ((_, shown),) = blocks(README, "python")
    exec(shown, {"network": known["network"], "train_loader": known["loader"](1), "test_loader": known["loader"](2)})
    along, around = (float(line.rpartition(":")[2]) for line in capsys.readouterr().out.splitlines())
    assert along < 0.3 < 1 < around


@pytest.mark.parametrize("page", WORDS)
def test_commands_and_files_exist(page):
    text = WORDS[page]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"(?:\$ |`)make ([a-z-]+)", text)) <= targets
    named = re.findall(r"(?:--configfile |CONFIG=)([\w/.]+\w)", text)
    named += re.findall(r"`((?:lossland|docs|rules|profiles|benchmarks|workflow_scripts|configs)/[\w/.]*)`", text)
    named += re.findall(r"\]\(((?:lossland|docs)/[^)#]*)", text)
    assert [path for path in named if not (ROOT / path).exists()] == []
    for file, anchor in re.findall(r"\(docs/(\w+\.md)#(\w+)\)", text):
        assert f"\n## {anchor}\n" in PAGES[file]


def test_the_rooms_are_those_of_the_page():
    (tree,) = (text for _, text in blocks(PAGES["architecture.md"], "") if "Snakefile" in text)
    top, inside = (set(re.findall(rf"^{indent}([\w.]+)/? ", tree, re.M)) for indent in ("", "  "))
    assert all((ROOT / name).exists() for name in top)
    rooms = {path.name for path in (ROOT / "lossland").iterdir() if path.name[0] not in "_." and list(path.glob("*.py"))}
    assert {name for name in inside if "." not in name} == rooms
    assert all((ROOT / "lossland" / name).exists() for name in inside)
    ((file, experiment),) = blocks(PAGES["architecture.md"], "python")
    assert experiment in (ROOT / file).read_text()


def test_the_charts_are_those_of_the_page():
    table = PAGES["architecture.md"].partition("| chart |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", table))
    files = {c.name for f in (ROOT / "lossland/geometry/charts").glob("*.py") for c in ast.walk(ast.parse(f.read_text()))
             if isinstance(c, ast.ClassDef)}  # fmt: skip
    assert named <= files


def test_each_paper_is_described_in_full():
    """Experiments, figures and claims on the page are the files that there are."""
    sections = re.split(r"^## ", PAGES["papers.md"], flags=re.M)[1:]
    folders = {folder.name: folder for folder in (ROOT / "lossland/papers").iterdir() if (folder / "claims").is_dir()}
    assert {section.partition("\n")[0] for section in sections} == set(folders)
    for section in sections:
        folder = folders[section.partition("\n")[0]]
        rows = section.partition("|---|---|")[2].partition("\n\n")[0]
        claims = section.partition("\nClaims: ")[2].partition("\n\n")[0]
        drawn = {name for row in rows.splitlines() for name in re.findall(r"`(\w+)`", row.split(" | ")[0])}
        for kind, named in (("figures", drawn), ("claims", set(re.findall(r"`(\w+)`", claims)))):
            assert named == {file.stem for file in (folder / kind).glob("[a-z]*.py")}, (folder.name, kind)
        experiments = section.partition("\nExperiments: ")[2].partition("\n\n")[0]
        assert set(re.findall(r"`(\w+)`", experiments)) == {file.stem for file in folder.glob("[a-z]*.py")}, folder.name


@pytest.fixture
def counted(tmp_path):
    """A project with the pages, and results of one paper in which one claim of two holds."""
    claims = [verdicts.Claim("low", [1, 1.1, 0.9], of="height", says="It is low.", below=2),
              verdicts.Claim("a|b", [3, 3.5, 4], of="height", says="It is low.", below=2, published=2.5)]  # fmt: skip
    claims += [verdicts.Claim("alone", [1], of="height", says="It is low.", below=2, origin="ours"),
               verdicts.Check("sorted", False, "Runs are in order."), verdicts.Check("whole", True, "All are there.")]  # fmt: skip
    judged = verdicts.judge(verdicts.table(claims).assign(paper="li2018", subject="width"))[list(verdicts.JUDGED)]
    results = tmp_path / "results"
    save_table(results / "verdict/li2018.parquet", judged, verdicts.JUDGED, verdicts.JUDGED_KEY, RECORD)
    fitted = {"parameters": 7, "epochs": 3.0, "quantity": "error", "split": ["train", "test"]}
    tables = {
        "trained": planted("trained", labels=["net"], runs=2, value=lambda row: row.run / 100, **fitted),
        "course": planted("dynamics", labels=["net"], runs=2, index=[0], split="test", quantity="error", value=0.125),
    }
    for name, table in tables.items():
        schema = dict.fromkeys(("subspace", "run"), "string") | import_module(f"lossland.probes.{PROBES[name]}").SCHEMA
        save_table(results / f"table/{name}.parquet", table, schema, list(table), RECORD)
    own = {"kinds": {"net": ["net", "small batch"]}}
    figure = {
        "draw": {"li2018_beside": own},
        "inputs": {"courses": [{"file": "table/course", "names": [["net", "1"], ["net", "2"]]}]},
    }
    page = {"name": "li2018", "paper": "Visualizing", "networks": {"li2018/net": {"model": "vgg9 (width 8)", "data": "mnist"}},
            "experiments": [{"figures": ["li2018_beside", "li2018_fig2"]}]}  # fmt: skip
    names = [["li2018/net", "1"], ["li2018/net", "2"]]
    trained = [{"file": "table/trained", "names": names, "rows": [["net", "1"], ["net", "2"]]}]
    inputs = {"verdicts": [{"file": "verdict/li2018"}], "trained": trained}
    whole = json.loads(RECORD) | {"code": {}, "inputs": [], "plan": ""}
    (results / "figure").mkdir()
    for name in ("li2018_beside", "li2018_fig2"):
        drawing = figure if name == "li2018_beside" else {"draw": {name: {}}, "inputs": {}}
        (results / f"figure/{name}.json").write_text(json.dumps(whole | {"spec": drawing}))
    Image.new("RGB", (8, 8)).save(results / "figure/li2018_fig2.png")
    (results / "report").mkdir()
    record = json.dumps(whole | {"spec": {"page": {"chapter": page}, "inputs": inputs}})
    (results / "report/li2018.html").write_bytes(b"<head>" + embedded(record) + b"</head>")
    (results / "report/own.html").write_text("written while it ran, without a record")
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(README)
    return tmp_path


PROBES = {"trained": "trained", "course": "dynamics"}


def test_the_results_pages_are_made_from_what_is_kept_of_a_run(counted):
    RESULTS.main(counted / "results", root=counted)
    first, readme, page = ((counted / name).read_text() for name in ("docs/results.md", "README.md", "docs/results/li2018.md"))
    for row in (
        "| li2018 | this paper | 2 | 1 | 1 | 0 | 0 |",
        "| li2018 | ours | 1 | 0 | 0 | 0 | 1 |",
        "| **all** |  | 3 | 1 | 1 | 0 | 1 |",
    ):
        assert row in first
        assert row in readme
    assert r"| contradicted | **a\|b**: height | 3.5 (2.26 to 4.74)<svg" in page
    assert "</svg> | below 2; published: 2.5 | 3 | 0.0" in page
    assert "| not measurable | **alone**: height (ours) | one run: nothing is known of the spread | below 2 | 1 |  |" in page
    assert "| **failed check** | **sorted**: Runs are in order. |" in page
    assert "| holds | **low**" in page
    assert "**whole**" not in page
    assert "| MNIST, the default | net | vgg9 (width 8) | mnist | 2 | 7 | 3 | 1 to 2 % | 1 to 2 % |" in page
    assert "Ours, MNIST, the default: net (7 parameters) on mnist for 3 epochs (tested: 1 to 2 %)." in page
    assert set(re.findall(r"!\[.*?\]\((.*?)\)", page)) == {"li2018_beside.png", "default/li2018/li2018_fig2.png"}
    assert all((counted / "docs/results" / link).is_file() for link in ("li2018_beside.png", "default/li2018/li2018_fig2.png"))
    assert (
        "net,small batch,12.5,12.5,12.5,test error [%],,ours\n"
        in (counted / "docs/results/default/li2018/li2018_beside.csv").read_text()
    )
    begin, end = RESULTS.MARKS
    assert readme.partition(begin)[0] == README.partition(begin)[0]
    assert readme.partition(end)[2] == README.partition(end)[2]


def test_sizes_stand_beside_each_other_and_the_readme_has_the_default(counted):
    RESULTS.main(counted / "results", "cifar10", counted)
    assert (counted / "README.md").read_text() == README, "it has the counts of the default"
    RESULTS.main(counted / "results", root=counted)
    shutil.copytree(counted / "docs/results/default/li2018", counted / "docs/results/default/li2018_appendix")
    assert list(RESULTS.whole(RESULTS.kept(counted)["default"])) == ["li2018"], "and of that what is in no part"
    shutil.rmtree(counted / "docs/results/default/li2018_appendix")
    shutil.rmtree(counted / "results")
    texts = RESULTS.pages(RESULTS.kept(counted))
    assert re.findall("\n### (.*)\n", texts["results/li2018.md"]) == ["MNIST, the default", "CIFAR-10 on a CPU"]
    assert all((counted / "docs" / name).read_text() == text for name, text in texts.items()), "without the run"


def test_without_a_report_or_marks_nothing_is_written(counted):
    with pytest.raises(ValueError, match="make reproduce first"):
        RESULTS.main(counted / "elsewhere", root=counted)
    (counted / "README.md").write_text("no marks")
    with pytest.raises(ValueError, match="put them back"):
        RESULTS.main(counted / "results", root=counted)
    assert not list((counted / "docs").iterdir())


def test_the_pages_of_results_are_those_of_what_is_kept():
    for name, text in RESULTS.pages(RESULTS.kept(ROOT)).items():
        assert (ROOT / "docs" / name).read_text() == text, "python docs/results.py"


def test_each_paper_is_cited():
    folders = {folder.parent.name for folder in (ROOT / "lossland/papers").glob("*/__init__.py")}
    assert sorted(folders - {"own"}) == RESULTS.PAPERS


def test_the_page_of_experiments_is_that_of_their_signatures():
    assert EXPERIMENTS.page() == PAGES["experiments.md"], "make experiments-page"
    pairs = {name: EXPERIMENTS.seeds_of(name) for name in ("garipov2018/curves", "own/between", "own/around")}
    assert pairs == {"garipov2018/curves": 6, "own/between": 2, "own/around": 1}


def test_the_counts_of_the_readme_are_those_of_the_default():
    assert RESULTS.between_marks(README, RESULTS.counts(RESULTS.whole(RESULTS.kept(ROOT)["default"]))) == README


def test_the_site_builds_and_asks_nothing_of_the_network(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) == len([*(ROOT / "docs").rglob("*.md")]) + 1  # the page of an address that is not there
    for page in pages:
        loaded = re.findall(r"<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=\"?([^\s\">]+)", page.read_text())
        assert [address for address in loaded if re.match(r"(https?:)?//", address)] == [], page.name
    for sheet in (tmp_path / "site").rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//|@import", sheet.read_text()), sheet.name


def test_the_plug_ins_of_the_page_run_as_they_stand(project):
    """Each is one file; the config is what the page shows, and nothing else is touched."""
    for file, text in blocks(PAGES["adding.md"], "python"):
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).write_text(text)
    config = merged(yaml.safe_load(text) for _, text in blocks(PAGES["adding.md"], "yaml"))
    (project / "rings.yaml").write_text(yaml.safe_dump(config | {"results": "results/rings"}))
    status, output = snakemake(project, "--cores", "2", "--configfile", "rings.yaml")
    assert status == 0, output
    for made in ("figure/norms.png", "figure/rings2026_norms.png", "claim/norms.parquet", "claim/rings2026_norms.parquet"):
        assert (project / "results/rings" / made).is_file(), made


def test_the_folder_of_ones_own_is_planned(tmp_path):
    shown = dict(blocks(PAGES["your_network.md"], "python") + blocks(PAGES["your_network.md"], "yaml"))
    for file in ("mine.py", "config.yaml"):
        (tmp_path / file).write_text(shown[file])
    status, output = snakemake(tmp_path, "-n", "-s", str(ROOT / "Snakefile"))
    assert status == 0, output
    assert "garipov2018_fig1" in output


def test_the_examples_in_the_config_are_planned(tmp_path):
    """What is commented out in config.yaml works once the # is removed: prose has a space after it, examples do not."""
    lines = (ROOT / "config.yaml").read_text().splitlines()
    config = yaml.safe_load("\n".join(re.sub(r"^#(?=\S|  )", "", line) for line in lines))
    assert {"data", "network", "experiments"} <= set(config)
    mine = dict(blocks(PAGES["your_network.md"], "python"))["mine.py"]
    (tmp_path / "mine.py").write_text(mine)
    for image in ("train/cat/1.png", "train/dog/1.png", "test/cat/2.png", "test/dog/2.png"):
        (tmp_path / "data/photos" / image).parent.mkdir(parents=True)
        Image.new("RGB", (32, 32)).save(tmp_path / "data/photos" / image)
    save_file({"weight": torch.zeros(1)}, tmp_path / "data/trained.safetensors")
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config | {"papers": []}))
    status, output = snakemake(tmp_path, "-n", "-s", str(ROOT / "Snakefile"))
    assert status == 0, output
