"""The notebooks of the docs run from top to bottom, and end in what their text says."""

import ast
import os
import time

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

NOTEBOOKS = sorted((ROOT / "docs/notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return request.param.stem, nbformat.read(request.param, as_version=4), tmp_path


def test_a_notebook_runs_and_its_numbers_are_those_of_its_text(notebook):
    name, cells, folder = notebook
    assert not any(cell.get("outputs") for cell in cells.cells), "outputs are not kept: they would not be those of the code"
    started = time.process_time() + sum(os.times()[2:4])
    NotebookClient(cells, timeout=600, resources={"metadata": {"path": folder}}).execute()
    assert time.process_time() + sum(os.times()[2:4]) - started < 60, "a minute of one core"
    shown = [o.get("data", {}) for cell in cells.cells for o in cell.get("outputs", [])]
    texts = [data["text/plain"] for data in shown if "text/plain" in data]
    assert sum("image/png" in data for data in shown) >= 1
    if name == "own_network":
        assert (folder / "surface.html").stat().st_size > 1e6
        found = ast.literal_eval(next(text for text in texts if text.startswith("{")))
        assert found["curve"] < found["segment"]
    else:
        assert "holds" in texts[-1]
