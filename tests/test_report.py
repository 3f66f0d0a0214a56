"""The report: one page that opens anywhere and shows all that was made, and says what was not and why."""

import base64
import json
import re
import shutil
from html import unescape
from io import BytesIO

import pytest
from conftest import ROOT, TOY, edit, snakemake
from PIL import Image

from lossland.workflow import configfile
from lossland.workflow.summary import Overview

SCREENSHOTS = ROOT / "build" / "report"
SHOWN = {
    "claims": ["garipov2018_curves"],
    "verdicts": ["garipov2018"],
    "figures": ["garipov2018_fig2"],
    "tables": ["garipov2018_table2"],
    "surfaces": ["surface"],
}
RENDERING = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]  # WebGL on a CPU


def written(project):
    """The report of the toy results: (its file, the words of its first page)."""
    path = project / "results" / "report.html"
    status, output = snakemake(project, "--configfile", "tests/toy.yaml", "--report", str(path))
    assert status == 0, output
    words = unescape(re.sub(r"<img.*?\">|<[^>]*>", "", part(path, "workflow-desc"), flags=re.S))
    return path, " ".join(words.split())


def part(path, name):
    """What the page keeps in one of its scripts."""
    (value,) = re.findall(rf'<script id="{name}">\s*var \w+ = (.*);\n', path.read_text())
    return json.loads(value)


@pytest.fixture(scope="module")
def report(finished):
    return written(finished)


def test_every_result_is_there_with_a_caption_and_the_first_page_counts_them(report):
    path, words = report
    shown = part(path, "results")
    assert {name.removeprefix("results/toy/") for name in shown} == {
        "figure/garipov2018_fig2.png", "figure/garipov2018_table2.html", "figure/surface.html", "claim/garipov2018_curves.html",
        "verdict/all.html", "verdict/garipov2018.html",
    }  # fmt: skip
    for result in shown.values():
        assert re.search(
            r"Made from 2 networks, \d subspaces?, \d tables?, on .* with torch .*, at revision|Made from 3 networks, 1 table, on",
            result["caption"],
        ), result["caption"]
        assert "system-message" not in result["caption"]
    assert "6 of 6 figures, tables, claims and verdicts" in words
    assert re.search(r"garipov2018 \d of 9 hold", words)
    assert "Missing" not in words
    assert "Out of date" not in words


def test_a_training_that_diverges_leaves_the_rest_and_is_named(editable):
    for section, stanza in {
        "network": "  wild: {data: spirals, model: mlp, hidden: [16, 16], method: sgd, seed: 1, recipe: {epochs: 3, lr: 1e20}}",
        "subspace": "  wild_plane: {method: plane, sources: [net/1, net/2, wild]}",
        "table": "  wild_surface: {probe: landscape, subspace: wild_plane, resolution: 3}",
        "figure": "  wild: {draw: surface, paper: garipov2018, surface: wild_surface}",
    }.items():
        edit(editable / "tests/toy.yaml", f"{section}:\n", f"{section}:\n{stanza}\n")
    figures = editable / "results/toy/figure"
    shutil.rmtree(figures)
    status, output = snakemake(editable, *TOY)
    assert status != 0
    assert "missing: figure wild, for network wild: its log ends in: the loss is not finite in epoch 2" in output
    assert {f.name for f in figures.glob("*.html")} == {"garipov2018_table2.html", "surface.html"}
    path, words = written(editable)
    assert not [name for name in part(path, "results") if "wild" in name]
    assert "6 of 7 figures, tables, claims and verdicts" in words
    assert "Missing figure wild for network wild: its log ends in: the loss is not finite in epoch 2" in words
    assert "Out of date" not in words


def test_a_mesh_is_there_to_be_saved(editable):
    mesh = "  mesh: {draw: surface_mesh, paper: garipov2018, surface: surface}"
    edit(editable / "tests/toy.yaml", "figure:\n", f"figure:\n{mesh}\n")
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    path, words = written(editable)
    assert "7 of 7 figures, tables, claims and verdicts" in words
    shown = part(path, "results")["results/toy/figure/mesh.vtu"]
    assert "Open the file in ParaView" in shown["caption"]
    kept = base64.b64decode(shown["data_uri"].partition("base64,")[2])
    assert kept == (editable / "results/toy/figure/mesh.vtu").read_bytes()


def test_results_of_an_earlier_run_are_called_out_of_date(editable):
    edit(editable / "lossland/papers/garipov2018/figures/fig2.py", "height=2.4", "height=2.5")
    assert (
        "Out of date figure garipov2018_fig2 for figure garipov2018_fig2: lossland/papers/garipov2018/figures/fig2.py was edited"
        in written(editable)[1]
    )
    edit(editable / "tests/toy.yaml", "lr: 0.1", "lr: 1e20")
    status, output = snakemake(editable, *TOY)
    assert status != 0
    assert "out of date: figure garipov2018_fig2, for network net/1: " in output
    words = written(editable)[1]
    assert "6 of 6 figures" in words
    assert words.count("network net/1: its log ends in: the loss is not finite in epoch") == 6


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; pip install playwright")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("there is no Chromium; on Debian: apt-get install chromium")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=RENDERING)
        yield started
        started.close()


@pytest.mark.browser
def test_in_a_browser_without_a_network_everything_is_drawn(report, browser):
    page = browser.new_context(viewport={"width": 1500, "height": 950}, offline=True).new_page()
    page.set_default_timeout(60_000)
    mistakes = []
    page.on("console", lambda message: message.type == "error" and mistakes.append(message.text))
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.on("request", lambda request: request.url.startswith(("file:", "data:", "blob:")) or mistakes.append(request.url))
    page.goto(report[0].as_uri())
    page.locator("h1", has_text="Loss landscapes, reproduced").wait_for()
    page.add_style_tag(content="* {transition: none !important}")  # a click must not meet what still moves
    look(page, "first")
    seen = {}
    for kind in SHOWN:
        page.locator("nav a:has(svg)").first.wait_for()
        page.evaluate("app.setView({navbarMode: 'menu'})")
        page.locator("nav a", has_text="garipov2018").last.click()
        page.locator("nav a", has_text=kind).click()
        rows = page.locator("nav tbody tr")
        rows.first.wait_for()
        seen[kind] = [row.inner_text().strip() for row in rows.all()]
        for i, name in enumerate(seen[kind]):
            rows.nth(i).locator("a").first.click()
            drawn(page, kind)
            look(page, f"{kind}_{name}", least=1000 if kind == "surfaces" else 50)
        rows.first.locator("a").last.click()
        assert "Made from" in page.locator("nav .prose").inner_text()
        look(page, f"{kind}_caption")
    assert seen == SHOWN
    assert mistakes == []


def drawn(page, kind):
    """Waits until the result on the right is really there."""
    if kind == "figures":
        picture = page.locator("img[src^='data:image/png']")
        picture.wait_for()
        assert picture.evaluate("p => p.decode().then(() => p.naturalWidth)") > 500
        return
    frame = page.frame_locator("iframe")
    if kind == "surfaces":
        frame.locator("canvas").first.wait_for()
        return
    frame.locator("td").first.wait_for()
    if kind == "verdicts":
        tints = {
            td.inner_text(): td.evaluate("td => getComputedStyle(td).backgroundColor")
            for td in frame.locator("td", has_text=re.compile("^(holds|contradicted|undecided|not measurable)$")).all()
        }
        assert len(set(tints.values())) == len(tints) > 0


def look(page, name, least=50):
    """Keeps a picture of the page as soon as it is painted, with at least so many colours; a CPU takes its time."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for _ in range(60):
        if len(colours(page.screenshot(path=SCREENSHOTS / f"{name}.png"))) > least:
            return
        page.wait_for_timeout(1000)
    raise AssertionError(f"{name} stays blank")


def colours(screenshot):
    """The colours of all but the menu on the left."""
    picture = Image.open(BytesIO(screenshot)).convert("RGB")
    return picture.crop((picture.width // 3, 0, *picture.size)).getcolors(1 << 24)


def test_claims_that_are_there_are_judged_though_others_failed(editable, monkeypatch):
    monkeypatch.chdir(editable)
    with_all = Overview(configfile.planned(["tests/toy.yaml"])).papers
    assert re.match(r"\d of 9 hold", with_all["garipov2018"])
    shutil.rmtree("results/toy/verdict")
    without = Overview(configfile.planned(["tests/toy.yaml"]))
    assert without.papers == with_all
    assert {"verdict all", "verdict garipov2018"} <= without.missing.keys()
