"""Config files are read as they are written or refused with file and line; nothing that no run made is written over."""

import os
import subprocess
import sys
import time

import pytest
from conftest import ROOT, SURROUNDINGS, edit, run, snakemake

from lossland.workflow.configfile import located, planned, read, refuse_absent
from lossland.workflow.run import _sentence
from lossland.workflow.validation import ConfigError
from lossland.workflow.yaml_places import read_text

DATA = "data:\n  spirals: {source: spirals, n: 64}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to read configs in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(text):
    with pytest.raises(ConfigError) as refused:
        read_text(text, "c.yaml")
    assert "\n" not in str(refused.value)
    return str(refused.value)


SCALARS = {
    "010": 10, "1:30": "1:30", "1e-4": 1e-4, "'1e-4'": "1e-4", "1.0e+20": 1e20, "yes": "yes", "off": "off", "No": "No",
    "true": True, "FALSE": False, "~": None, "": None, "1_000": "1_000", "0x1F": 31, "0o17": 15, "-.5": -0.5, "+3": 3,
    "2020-01-01": "2020-01-01", ".inf": float("inf"), '"true"': "true", "<": "<",
}  # fmt: skip


@pytest.mark.parametrize("text", SCALARS)
def test_a_value_is_what_is_written(text):
    value = read_text(f"a: {text}", "c.yaml").plain["a"]
    assert (value, type(value)) == (SCALARS[text], type(SCALARS[text]))


def test_merges_and_aliases_are_those_of_yaml():
    text = "a: &a {x: 1, y: 2}\nb: &b {y: 3}\nc: {<<: [*b, *a], z: 4}\nd: {x: 9, <<: *a}\ne: *b\n2: [*b, 1]"
    assert read_text(text, "c.yaml").plain == {
        "a": {"x": 1, "y": 2}, "b": {"y": 3}, "c": {"x": 1, "y": 3, "z": 4}, "d": {"x": 9, "y": 2}, "e": {"y": 3}, 2: [{"y": 3}, 1],
    }  # fmt: skip


BROKEN = {
    "network:\n  a: {}\n  b: {}\n  a: {}": "c.yaml:4: a stands in c.yaml:2 already; rename or remove one of them",
    "data: {}\ntable: {}\ndata: {}": "c.yaml:3: data stands in c.yaml:1 already",
    "sources: {1: [a], '1': [b]}": "c.yaml:1: 1 stands in c.yaml:1 already",
    "recipe:\n  lr: 1\n  epochs: 2\n  lr: 3": "c.yaml:4: lr stands in c.yaml:2 already",
    "a: {<<: {}, <<: {}}": "stands in c.yaml:1 already",
    "a: &a\n  b: *a": "c.yaml:2: *a names what it stands in",
    "a: &a 1\nb: &a 2": "c.yaml:2: &a stands above already; rename or remove one of them",
    "a: *b": "c.yaml:1 is not YAML: found undefined alias",
    "a: !!python/object:os.system x": "c.yaml:1: tag:yaml.org,2002:python/object:os.system is a tag",
    "a: [1, 2\n": "c.yaml:2 is not YAML: did not find expected ',' or ']', while parsing a flow sequence that begins in line 1",
    "a: 1\n---\nb: 1": "c.yaml:2: a second document begins",
    "{a: 1}: 2": "c.yaml:1: a name must be a word or a number",
    "a: " + "[" * 3000 + "]" * 3000: "c.yaml:1: values stand more than 50 deep inside one another",
    "a: " + "9" * 5000: "c.yaml:1: a number of 5000 digits is too long",
    "a: {<<: 1}": "c.yaml:1: << takes a mapping",
    "a: \x07": "c.yaml is not YAML: ",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:20])
def test_what_cannot_be_meant_is_refused_with_its_line(text):
    assert BROKEN[text] in told(text)


@pytest.mark.parametrize("nest", ["[{}]", "{{{}}}"])
def test_aliases_that_multiply_are_refused_at_once(nest):
    lines = ["b0: &b0 1"]
    for i in range(1, 40):
        parts = [f"*b{i - 1}" if nest[0] == "[" else f"k{j}: *b{i - 1}" for j in range(9)]
        lines.append(f"b{i}: &b{i} " + nest.format(", ".join(parts)))
    start = time.process_time()
    assert "unfolds to more than 1000000 values" in told("\n".join(lines))
    assert time.process_time() - start < 1


def test_files_that_hold_no_config(folder):
    (folder / "bin.yaml").write_bytes(bytes(range(256)))
    (folder / "empty.yaml").write_text("# nothing\n")
    (folder / "list.yaml").write_text("- 1\n")
    for file, sentence in {
        "bin.yaml": "bin.yaml is not a text file in UTF-8 (byte 128)",
        "empty.yaml": "empty.yaml is empty; a config maps sections",
        "list.yaml": "list.yaml holds [1]; a config maps sections",
        "none.yaml": "none.yaml: No such file or directory; give the path of a config",
        ".": ".: Is a directory",
    }.items():
        with pytest.raises(ConfigError) as refused:
            read([file])
        assert str(refused.value).startswith(sentence)


def test_files_and_overrides_are_laid_over_one_another(folder):
    (folder / "config.yaml").write_text(DATA + "network:\n  net: {recipe: {lr: 1e-3, epochs: 2}}\n")
    (folder / "more.yaml").write_text("network:\n  net: {recipe: {epochs: 3}, seeds: {1: a}}\ndata:\n")
    assert read().plain["network"] == {"net": {"recipe": {"lr": 1e-3, "epochs": 2}}}
    both = read(["config.yaml", "more.yaml"], ["network={net: {recipe: {lr: 010}, seeds: {'1': b}}}", "results=a b"]).plain
    assert both == {
        "data": {"spirals": {"source": "spirals", "n": 64}},
        "network": {"net": {"recipe": {"lr": 10, "epochs": 3}, "seeds": {1: "b"}}},
        "results": "a b",
    }
    with pytest.raises(ConfigError, match=r"it takes key=value; a file is given as --configfile more\.yaml"):
        read(["config.yaml"], ["more.yaml"])


SIZE = """
results: results/tiny
data:
  d: {source: spirals}
network:
  cnn: {data: d, recipe: {epochs: 2, lr: 0.1}}
experiments:
  a2018/curves: {network: cnn, pairs: 3}
  a2018/width: {network: cnn}
  b2019/forks: {network: cnn}
  b2019/forks/deep: {network: cnn}
"""


@pytest.fixture
def sized(folder):
    (folder / "configs").mkdir()
    (folder / "configs/tiny.yaml").write_text(SIZE)

    def config(text):
        (folder / "config.yaml").write_text(text)
        return read(project=folder)

    return config


def test_a_size_is_what_the_config_is_laid_over(sized, folder):
    config = sized("size: tiny\nnetwork:\n  cnn: {recipe: {epochs: 4}}\n  mine: {}\nexperiments:\n").plain
    assert config["network"] == {"cnn": {"data": "d", "recipe": {"epochs": 4, "lr": 0.1}}, "mine": {}}
    assert (config["results"], len(config["experiments"])) == ("results/tiny", 4)
    (folder / "configs/tiny.yaml").rename(folder / "own.yaml")
    assert sized("size: ./own.yaml\nresults: r").plain["results"] == "r"


def test_papers_choose_from_the_size_and_leave_what_is_asked_for(sized):
    assert [*sized("size: tiny\npapers: [b2019]").plain["experiments"]] == ["b2019/forks", "b2019/forks/deep"]
    assert sized("size: tiny\npapers: []").plain["experiments"] == {}
    own = "size: tiny\npapers: []\nexperiments: {a2018/curves: {network: mine}}"
    assert sized(own).plain["experiments"] == {"a2018/curves": {"network": "mine"}}, "settings that suit other networks go"
    place = located(sized(own), ConfigError("experiments.a2018/curves.pairs is missing"))
    assert str(place).startswith("config.yaml:3: "), "and so do their lines"
    other = "size: tiny\npapers: []\nexperiments: {a2018/curves: {seed: 7}}"
    assert sized(other).plain["experiments"]["a2018/curves"]["pairs"] == 3, "those of the same networks stay"


@pytest.mark.parametrize(
    ("text", "sentence"),
    {
        "size: tinny": "config.yaml:1: size is 'tinny', but there is no configs/tinny.yaml; did you mean tiny?",
        "size: 3": "config.yaml:1: size is 3, but there is no",
        "size: a/b.yaml": "a/b.yaml: No such file",
        "size: tiny\npapers: [b2018]": "config.yaml:2: papers names b2018, and tiny has no experiment of it; did you mean",
        "size: tiny\npapers: a2018": "config.yaml:2: papers is 'a2018'; it must be a list",
        "papers: [a2018]": "config.yaml:1: papers chooses from the experiments of a size",
        "size: config.yaml": "config.yaml:1: size belongs in the config that uses this size",
    }.items(),
)
def test_a_size_or_paper_that_is_not_there(text, sentence, sized):
    with pytest.raises(ConfigError) as refused:
        sized(text)
    assert str(refused.value).startswith(sentence)


def test_results_that_cannot_be_a_folder(folder, monkeypatch):
    (folder / "file").write_text("")
    (folder / "link").symlink_to("nowhere")
    monkeypatch.setenv("SCRATCH", "/scratch/me")
    monkeypatch.setenv("HOME", "/home/me")
    (folder / "config.yaml").write_text(DATA + "results: out\n")
    for text, sentence in {
        "''": "results is ''; it must be the path of a folder",
        "/": "results is '/'; it must be",
        "r/{x}": "results is 'r/{x}', and '{' in it means something else to Snakemake",
        "$NOWHERE/r": "results is '$NOWHERE/r', and '$' in it has no value",
        "file": "results is file, but file is a file",
        "file/deeper": "results is file/deeper, but file is a file",
        "link/r": "results is link/r, but link is a link to nowhere, which is not there",
    }.items():
        with pytest.raises(ConfigError) as refused:
            read([], [f"results={text}"])
        assert str(refused.value).startswith(f"--config: {sentence}")
    assert read([], ["results=$SCRATCH/r", "data_root=~/data"]).plain["results"] == "/scratch/me/r"
    assert read([], ["results=$SCRATCH/r", "data_root=~/data"]).plain["data_root"] == "/home/me/data"


def test_a_mistake_found_later_has_its_line_too(folder):
    text = (
        DATA
        + "network:\n  a.b:\n    data: spirals\n    model: mlp\n    method: sgd\n    seeds: [1]\n    hidden: [4,\n      -3]\n"
    )
    (folder / "config.yaml").write_text(text + "    recipe: &r\n      epochs: -60\n      lr: 1\n")
    with pytest.raises(ConfigError, match=r"^config.yaml:10: network.a.b.hidden\[1\] is -3: must be at least 1$"):
        planned()
    edit(folder / "config.yaml", "-3", "3")
    with pytest.raises(ConfigError, match=r"^config.yaml:12: network.a.b.recipe.epochs is -60: must be at least 1$"):
        planned()
    edit(folder / "config.yaml", "      epochs: -60\n", "")
    with pytest.raises(ConfigError, match=r"^config.yaml:11: network.a.b.recipe.epochs is missing"):
        planned()
    with pytest.raises(ConfigError, match=r"^--config: network.a.b.recipe.epochs is 0: must be at least 1$"):
        planned([], ["network={a.b: {recipe: {epochs: 0}}}"])


def test_an_error_about_nothing_in_a_file_has_no_line(folder):
    (folder / "config.yaml").write_text(DATA + "experiments:\n  a2018/b: {pairs: 2}\n")
    assert str(located(read(), ConfigError("a2018/b.pairs is 2"))) == "config.yaml:4: a2018/b.pairs is 2"
    assert str(located(read(), ConfigError("datasets are missing"))) == "datasets are missing"


def test_a_run_never_writes_over_a_config(project):
    """The config lies in the folder of its own results."""
    file = project / "config.yaml"
    file.write_text(f"# mine\nresults: .\n{DATA}")
    command = ["--cores", "1", "--configfile", "config.yaml"]
    status, output = snakemake(project, *command)
    assert status == 0, output
    assert file.read_text() == f"# mine\nresults: .\n{DATA}"
    resolved = project / "resolved.yaml"
    assert resolved.read_text().startswith("# Every job of the last run")
    resolved.unlink()
    assert snakemake(project, *command, "-n")[0] == 0
    assert not resolved.exists(), "a dry run writes nothing"
    status, output = snakemake(project, *command)
    assert "Nothing to be done" in output
    assert resolved.exists()
    resolved.write_text("mine: 1\n")
    status, output = snakemake(project, *command, "--forceall")
    assert status != 0
    assert "resolved.yaml was made by no run" in output
    assert "Traceback" not in output
    assert resolved.read_text() == "mine: 1\n"


def test_snakemake_and_python_say_the_same(project):
    """Of the default config.yaml, which Snakemake does not read before us, whatever is in it."""
    laughs = "b0: &b0 {x: 1}\n" + "".join(f"b{i}: &b{i} {{a: *b{i - 1}, b: *b{i - 1}}}\n" for i in range(1, 40))
    for text, sentence in {
        DATA + "data: {}\n": "config.yaml:3: data stands in config.yaml:1 already",
        DATA + "results: ''\n": "config.yaml:3: results is ''",
        DATA + "results: r/{x}\n": "config.yaml:3: results is 'r/{x}'",
        laughs: "unfolds to more than 1000000 values",
        "a: " + "[" * 3000: "config.yaml:1: values stand more than 50 deep",
        "": "config.yaml is empty",
        None: "config.yaml: No such file or directory",
    }.items():
        (project / "config.yaml").unlink(missing_ok=True)
        if text is not None:
            (project / "config.yaml").write_text(text)
        done = run(project, "lossland", "check")
        assert done.returncode == 1
        assert sentence in done.stderr
        status, output = snakemake(project, "-n")
        assert status != 0
        assert done.stderr.strip() in output
        assert "Traceback" not in output
    (project / "config.yaml").write_text(DATA)
    (project / "b.yaml").write_text("data:\n  spirals: {n: 0}\n")
    status, output = snakemake(project, "-n", "--configfile", "config.yaml", "b.yaml")
    assert "b.yaml:2: data.spirals.n is 0: must be at least 1" in output
    status, output = snakemake(project, "-n", "--config", "data={spirals: {noise: 1e-1, n: 1:30}}")
    assert "--config: data.spirals.n is '1:30': must be a whole number" in output


KILLER = "import os, signal\n\n\ndef build(shape, classes):\n    kept = bytearray(200_000_000)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
KILLED = """
results: results/killed
data:
  s: {source: spirals, n: 64}
network:
  good: {data: s, model: mlp, method: sgd, seed: 1, recipe: {epochs: 1, lr: 0.1}}
  n: {data: s, model: "killer:build", method: sgd, seed: 1, recipe: {epochs: 1, lr: 0.1}}
"""


def test_a_killed_job_is_told_of_with_its_signal_and_its_memory(project):
    """It is of no figure, and still in the closing words."""
    (project / "killer.py").write_text(KILLER)
    (project / "killed.yaml").write_text(KILLED)
    status, output = snakemake(project, "--cores", "1", "--configfile", "killed.yaml")
    assert status != 0
    said = "it was killed by SIGKILL, most likely because memory ran out; it had used "
    closing = [line for line in output.splitlines() if line.startswith("failed: ")]
    assert len(closing) == 1
    assert closing[0].startswith(f"failed: network n: its log ends in: {said}")
    assert int(closing[0].removesuffix(" MB").rpartition(" ")[2]) > 200
    assert f"network n: {said}" in output.partition("failed: ")[0]


def test_stale_results_are_named_and_removed_and_nothing_else(editable):
    results = editable / "results/toy"
    edit(editable / "tests/toy.yaml", "figure:\n", "figure:\n  gone: {draw: surface, paper: garipov2018, surface: surface}\n")
    edit(editable / "tests/toy.yaml", "seeds: [1, 2, 3]", "seeds: [1, 2, 3, 4]")
    edit(editable / "tests/toy.yaml", "sources: [net]", "sources: [net/1, net/2, net/3]")
    status, output = snakemake(editable, "--cores", "2", "--configfile", "tests/toy.yaml")
    assert status == 0, output
    edit(editable / "tests/toy.yaml", "  gone: {draw: surface, paper: garipov2018, surface: surface}\n", "")
    edit(editable / "tests/toy.yaml", "seeds: [1, 2, 3, 4]", "seeds: [1, 2, 3]")
    (results / "network/mine.safetensors").write_bytes(b"mine")
    (results / "table/notes.txt").write_text("mine")
    os.link(results / "network/net/1.safetensors", results / "network/backup.safetensors")  # a copy under a name of my own
    named = run(editable, "lossland", "stale", "--configfile", "tests/toy.yaml").stdout.splitlines()
    stale = {"network/net/4.safetensors", "log/network/net/4.log", "log/network/net/4.json", "log/figure/gone.log",
             "log/figure/gone.json", "figure/gone.html", "figure/gone.json"}  # fmt: skip
    assert {line.removeprefix("results/toy/") for line in named[:-1]} == stale
    before = {p for p in results.rglob("*") if p.is_file()}
    done = run(editable, "lossland", "clean-stale", "--configfile", "tests/toy.yaml")
    assert f"{len(stale)} files were removed" in done.stdout
    assert before - {p for p in results.rglob("*") if p.is_file()} == {results / name for name in stale}
    assert run(editable, "lossland", "stale", "--configfile", "tests/toy.yaml").stdout.startswith("0 files")


def test_a_line_is_no_surface(project):
    for table, sentence in {
        "bezier_path": "a table over 1 dimensions (curve)",
        "networks": "a table over 0 dimensions (sgd)",
        "ravine": "a table over 3 dimensions (random_plane)",
    }.items():
        more = ["subspace={cube: {method: random_plane, sources: [net/1], seed: 1, directions: 3}}"]
        more += ["table={networks: {probe: landscape, subspace: [net]}, ravine: {probe: landscape, subspace: cube, shards: 2}}"]
        with pytest.raises(ConfigError) as refused:
            planned([project / "tests/toy.yaml"], [*more, f"figure={{surface: {{surface: {table}}}}}"])
        assert sentence in str(refused.value)
        assert str(refused.value).startswith("--config: figure.surface.surface names")


def test_a_plan_is_the_same_in_every_locale(tmp_path):
    """Words in a module of one's own and in a config are UTF-8, whatever the machine calls its encoding."""
    (tmp_path / "mine.py").write_text(
        "# gr\u00f6\u00dfer\nfrom torch import nn\n\ndef network(shape, classes):\n    return nn.Linear(2, classes)\n", "utf-8"
    )
    stanza = "{data: s, model: 'mine:network', method: sgd, seeds: 2, recipe: {epochs: 1, lr: 1.5}}"
    text = f"title: Gr\u00fc\u00dfe\ndata: {{s: {{source: spirals}}}}\nnetwork:\n  n: {stanza}\n"
    (tmp_path / "config.yaml").write_text(text, "utf-8")
    command = [sys.executable, "-c", "from lossland.workflow.configfile import planned; print([j.plan for j in planned()])"]
    said = []
    for locale in ({"LC_ALL": "C.utf8"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
        environment = SURROUNDINGS | {"PYTHONPATH": str(ROOT)} | locale
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        said.append(ran.stdout)
    assert said[0] == said[1]


def test_a_folder_in_the_place_of_a_result_is_told_of_before_anything_runs(folder):
    (folder / "config.yaml").write_text(DATA)
    plan = planned()
    refuse_absent(plan, plan)
    (folder / "results/data/spirals.safetensors").mkdir(parents=True)
    assert not next(iter(plan)).made(plan.results)
    with pytest.raises(
        ConfigError, match=r"data\.spirals: results/data/spirals\.safetensors is a folder, and a file goes there"
    ):
        refuse_absent(plan, plan)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), "there is not enough memory; take a smaller"),
        (
            RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 400 GB."),
            "(tried to allocate 400 GB); take",
        ),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0"), "(Tried to allocate 2.00 GiB); take a smaller"),
        (RuntimeError("other"), "RuntimeError: other"),
        (ValueError("as it is"), "as it is"),
    ],
)
def test_a_lack_of_memory_is_told_as_such(error, sentence):
    assert sentence in _sentence(error)


def test_the_first_config_names_all_that_its_size_has():
    mine = read([ROOT / "config.yaml"]).plain
    whole = read([ROOT / f"configs/{mine['size']}.yaml"]).plain
    assert mine["experiments"].keys() == whole["experiments"].keys()
