"""What the README says can be run, is run."""

import re

from conftest import ROOT, snakemake

README = (ROOT / "README.md").read_text()


def test_the_python_example(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(example, {})
    along, around = (float(line.rpartition(":")[2]) for line in capsys.readouterr().out.splitlines())
    assert along < 0.3 < 1 < around


def test_the_rule_graph_is_what_the_workflow_draws():
    drawn = snakemake(ROOT, "garipov2018_fig2", "--rulegraph", "mermaid-js", "--quiet", "all")[1]
    names = dict(re.findall(r"(id\d+)\[(.*?)\]", drawn))
    edges = {(names[a], names[b]) for a, b in re.findall(r"(id\d+) --> (id\d+)", drawn)}
    (shown,) = re.findall(r"```mermaid\n(.*?)```", README, re.S)
    sides = [[side.split(" & ") for side in line.strip().split(" --> ")] for line in shown.splitlines()[1:]]
    assert {(a, b) for left, right in sides for a in left for b in right} == edges


def test_its_commands_files_and_rooms_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"\$ make ([a-z-]+)", README)) <= targets
    for path in re.findall(r"--configfile (\S+)", README) + re.findall(r"\]\(((?:lossland|docs)/\S+?)\)", README):
        assert (ROOT / path).is_file(), path
    for room in re.findall(r"^  (\w+)/ ", README, re.M):
        assert (ROOT / "lossland" / room).is_dir(), room
    for module in re.findall(r"\b(\w+\.py)\b", README.partition("published/ ")[2].partition("benchmarks/")[0]):
        assert (ROOT / "lossland" / module).is_file(), module
