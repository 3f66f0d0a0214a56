"""The report: a folder of pages that opens anywhere and shows all that was made, and says what was not and why."""

import re
import shutil
from html import unescape
from io import BytesIO

import pytest
import test_pages
from conftest import ROOT, TOY, edit, run, snakemake
from PIL import Image

from lossland.report.made import Made
from lossland.workflow import configfile, files
from lossland.workflow.summary import Summary

SCREENSHOTS = ROOT / "build" / "report"
PAGES = "results/toy/report"
RENDERING = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]  # WebGL on a CPU
OWN = "  mine: {draw: surface, surface: surface}\n"  # a figure that names no paper


def words(page):
    return " ".join(unescape(re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", page.read_text(), flags=re.S)).split())


def written(project):
    """The words of the first page, after `make report`."""
    done = run(project, "lossland", "report", "--configfile", "tests/toy.yaml")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"{PAGES}/index.html"
    return words(project / PAGES / "index.html")


def test_a_run_ends_with_one_page_of_what_it_made_and_its_record(finished):
    folder = finished / PAGES
    page = (folder / "index.html").read_text()
    assert set(re.findall(r'<figure class="of-\w+" id="(\w+)"', page)) == {"garipov2018_fig2", "garipov2018_table2", "surface"}
    assert page.count('<article class="claim') == 9
    said = words(folder / "index.html")
    assert re.search(r"Made from 2 networks, \d subspaces?, \d tables?, on \S+ with torch \S+, at revision", said)
    assert re.search(r"net mlp \(hidden \[16, 16\]\) spirals 3 354 8 [\d.]+ to [\d.]+ % [\d.]+ to [\d.]+ %", said)
    assert "Missing" not in said
    assert "Out of date" not in said
    assert files.provenance(folder / "index.html")["spec"]["section"] == "report"
    assert {file.name for file in (folder / "files").iterdir()} == {
        "garipov2018_fig2.png", "garipov2018_table2.csv", "verdicts_garipov2018.csv", "plotly.js"
    }  # fmt: skip
    assert sum(file.stat().st_size for file in folder.rglob("*.*")) < 2.5e6, "of which plotly.js is 2e6"
    assert not re.search(r'(src|href)="(?!files/|#|https://arxiv)', page)


def test_a_paper_has_its_page_with_verdicts_without_the_rest(editable):
    edit(editable / "tests/toy.yaml", "figure:\n", f"title: <Mine> & theirs\nfigure:\n{OWN}")
    shutil.rmtree(editable / PAGES)
    shutil.rmtree(editable / "results/toy/verdict")
    status, output = snakemake(editable, "garipov2018", *TOY)
    assert status == 0, output
    assert {page.name for page in (editable / PAGES).glob("*.html")} == {"garipov2018.html"}
    assert re.search(r"this paper 9( \d){4} ", words(editable / PAGES / "garipov2018.html"))
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    assert {page.name for page in (editable / PAGES).glob("*.html")} == {"garipov2018.html", "own.html", "index.html"}
    first = (editable / PAGES / "index.html").read_text()
    assert "<h1>&lt;Mine&gt; &amp; theirs</h1>" in first
    assert first.index('href="own.html"') < first.index('href="garipov2018.html"'), "one's own work comes first"
    assert "paper" not in words(editable / PAGES / "own.html")


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
    assert {f.name for f in figures.glob("*.*") if f.suffix in (".csv", ".html")} == {"garipov2018_table2.csv", "surface.html"}
    said = written(editable)
    assert "Missing: 1 result figure wild , for network wild: its log ends in: the loss is not finite in epoch 2" in said
    assert re.search(r"this paper 9( \d){4} ", said)
    assert "Out of date" not in said
    (figures / "garipov2018_table2.csv").unlink()
    status, output = snakemake(editable, "wild", *TOY)
    assert status != 0
    assert output.count("missing:") == 1, "a run tells of what it was to make"


def test_a_mesh_is_there_to_be_saved(editable):
    mesh = "  mesh: {draw: surface_mesh, paper: garipov2018, surface: surface}"
    edit(editable / "tests/toy.yaml", "figure:\n", f"figure:\n{mesh}\n")
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    assert "Open the file in ParaView" in words(editable / PAGES / "index.html")
    kept = editable / PAGES / "files/mesh.vtu"
    assert kept.read_bytes() == (editable / "results/toy/figure/mesh.vtu").read_bytes()


def test_results_of_an_earlier_run_are_called_out_of_date(editable):
    edit(editable / "lossland/papers/garipov2018/figures/fig2.py", "height=2.4", "height=2.5")
    because = "garipov2018_fig2 , for figure garipov2018_fig2: lossland/papers/garipov2018/figures/fig2.py was edited"
    assert f"Out of date: 1 result figure {because}" in written(editable)
    edit(editable / "tests/toy.yaml", "lr: 0.1", "lr: 1e20")
    status, output = snakemake(editable, *TOY)
    assert status != 0
    assert "out of date: figure garipov2018_fig2, for network net/1: " in output
    assert written(editable).count("network net/1: its log ends in: the loss is not finite in epoch") == 5
    edit(editable / "tests/toy.yaml", "lr: 1e20", "lr: 0.1")
    edit(editable / "lossland/papers/garipov2018/figures/fig2.py", "height=2.5", "height=2.4")
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    assert "Out of date" not in words(editable / PAGES / "index.html"), "a page without a record is made again"


def test_claims_that_are_there_are_judged_though_others_failed(editable, monkeypatch):
    monkeypatch.chdir(editable)
    with_all = Summary(configfile.planned(["tests/toy.yaml"])).papers
    assert re.match(r"\d of 9 hold", with_all["garipov2018"])
    shutil.rmtree("results/toy/verdict")
    without = Summary(configfile.planned(["tests/toy.yaml"]))
    assert without.papers == with_all
    assert "verdict garipov2018" in without.missing


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
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_in_a_browser_without_a_network_everything_is_drawn(editable, browser, width, scheme):
    edit(editable / "tests/toy.yaml", "figure:\n", f"figure:\n{OWN}")
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True).new_page()
    page.set_default_timeout(60_000)
    mistakes = []
    page.on("console", lambda message: message.type == "error" and mistakes.append(message.text))
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.on("request", lambda request: request.url.startswith(("file:", "data:", "blob:")) or mistakes.append(request.url))
    page.goto((editable / PAGES / "index.html").as_uri())
    for name, heading in (("own", "Own work"), ("garipov2018", "Garipov et al. 2018")):
        look(page, f"index_{width}_{scheme}")
        fits(page)
        page.locator("h2 a", has_text=heading).click()
        page.locator("h1", has_text=heading).wait_for()
        fits(page)
        look(page, f"{name}_{width}_{scheme}")
        surface = page.locator(".surface")
        surface.scroll_into_view_if_needed()
        surface.locator("canvas").first.wait_for()
        look(page, f"{name}_surface_{width}_{scheme}", least=1000)
        page.locator("header nav a").click()
        page.locator("h1", has_text="Loss landscapes").wait_for()
    page.go_back()
    image = page.locator("figure img")
    assert image.evaluate("p => p.decode().then(() => p.naturalWidth)") > 500
    assert all(box["width"] > 200 for box in (svg.bounding_box() for svg in page.locator("svg.forest").all()))
    page.locator("details.about summary").first.click()
    page.locator("details.about p").first.wait_for()
    assert mistakes == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_verdicts_have_colours_that_can_be_told_apart_and_read(browser, scheme, tmp_path):
    (tmp_path / "page.html").write_text(test_pages.written(Made(verdicts=test_pages.CLAIMS))[0])
    page = browser.new_context(color_scheme=scheme, offline=True).new_page()
    page.goto((tmp_path / "page.html").as_uri())
    colour = "e => getComputedStyle(e).color"
    shades = {word.inner_text(): luminance(word.evaluate(colour)) for word in page.locator(".claim .verdict").all()}
    assert len(shades) == 4
    assert len({shades[word] for word in ("✓ holds", "✕ contradicted", "? undecided")}) == 3
    ground = luminance(page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor"))
    for shade in shades.values():
        assert (max(shade, ground) + 0.05) / (min(shade, ground) + 0.05) > 4.5, "WCAG 2, text"


def luminance(colour):
    """Relative, of rgb(r, g, b)."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (int(x) / 255 for x in re.findall(r"\d+", colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def fits(page):
    """Nothing is wider than the page."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def look(page, name, least=30):
    """Keeps a screenshot of the page as soon as it is painted, with at least so many colours; a CPU takes its time."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for _ in range(60):
        image = Image.open(BytesIO(page.screenshot(path=SCREENSHOTS / f"{name}.png"))).convert("RGB")
        if len(image.getcolors(1 << 24)) > least:
            return
        page.wait_for_timeout(1000)
    raise AssertionError(f"{name} stays blank")
