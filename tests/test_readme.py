"""What the README says can be run, is run."""

import re

from conftest import ROOT

README = (ROOT / "README.md").read_text()


def test_the_python_example(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(example, {})
    assert float(capsys.readouterr().out.rpartition(":")[2]) < 1.5


def test_its_commands_files_and_rooms_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"\$ make ([a-z-]+)", README)) <= targets
    for path in re.findall(r"--configfile (\S+)", README) + re.findall(r"\]\(((?:lossland|docs)/\S+?)\)", README):
        assert (ROOT / path).is_file(), path
    for room in re.findall(r"^  (\w+)/ ", README, re.M):
        assert (ROOT / "lossland" / room).is_dir(), room
    for module in re.findall(r"\b(\w+\.py)\b", README.partition("published/ ")[2].partition("benchmarks/")[0]):
        assert (ROOT / "lossland" / module).is_file(), module
