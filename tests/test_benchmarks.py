"""Each benchmark runs, on its tiniest setting, and the page of them is what they have kept."""

import json
import math
import sys

import pytest
import torch
from conftest import ROOT
from test_docs import script

sys.path.insert(0, str(ROOT / "benchmarks"))
import parts
from turns import PEERS, peer, row, taken

del sys.path[0]  # what other tests start would see it
PERFORMANCE = script("performance")


def test_the_page_is_made_of_what_was_kept():
    kept = json.loads(parts.KEPT.read_text())
    assert (ROOT / "docs/performance.md").read_text() == PERFORMANCE.page(kept)
    assert set(kept) <= set(parts.ORDER)


def test_goals_are_held_to_the_ratio_of_theirs_to_ours():
    rows = [row("a", "s", 2, "b", 6, 3), row("a", "s", 2, "c", 5.9, 3), row("a", "s", 2, "d", math.nan, 1), row("e", "n", 0, "f", 0, 1),
            row("e", "n", 1, "f", 0, 1), row("g", "s", 1, "h", 9)]  # fmt: skip
    part = {"title": "T", "text": "W.", "machine": "M", "date": "D", "minutes": 1, "versions": {"v": "1"}, "left out": ["p"]}
    page = PERFORMANCE.page({"training": part | {"rows": rows}})
    assert "Of 5 goals 3 are reached." in page
    assert "Left out, as not installed: p." in page
    shown = [
        [cell.strip() for cell in line.split("|")[3:8]]
        for line in page.splitlines()
        if line.startswith(("| a ", "| e ", "| g "))
    ]
    assert [line[-2:] for line in shown] == [
        ["3.00", "3"], ["2.95", "**3: missed**"], ["", "1"], ["1.00", "1"], ["0.00", "**1: missed**"], ["9.00", ""],
    ]  # fmt: skip


def test_variants_take_turns():
    order = []
    found = taken({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, torch.device("cpu"), 2)
    assert "".join(order) == "ababab"
    assert set(found) == {"a", "b"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("part", parts.MODULES)
def test_a_benchmark_runs(part, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    found = parts.measured(part, torch.device("cpu"), tiny=True)
    assert found["left out"] == [package for module, package in PEERS.items() if peer(module) is None]
    for one in found["rows"]:
        assert one["ours"] >= 0
        assert one["theirs"] is None or one["theirs"] >= 0
        assert one["unit"] not in ("s", "ms") or (one["ours"] > 0 and one["theirs"] > 0)
    parts.keep(part, found, tmp_path / "kept.json")
    assert f"## {found['title']}" in PERFORMANCE.page(json.loads((tmp_path / "kept.json").read_text()))
