"""Pages of the report from planted verdicts: what they say, what they escape, what they do without; and their drawings."""

import json
import math
import re
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from conftest import RECORD
from PIL import Image
from planted import planted

from lossland.report import forest, numbers, render
from lossland.report.captions import caption
from lossland.report.made import Made, Shown
from lossland.report.pages import chapter, index
from lossland.statistics import verdicts
from lossland.statistics.verdicts import Check, Claim
from lossland.workflow import artifacts

NASTY = 'a <b> & "c" </script> |d|'
WORDS = {"of": "height", "says": "It is low."}
ABOUT = "Curves (Garipov et al. 2018, arXiv 1802.10026, section 3): figure 1."


def judged(*claims, paper="garipov2018"):
    return verdicts.judge(verdicts.table(claims).assign(paper=paper, subject="curves"))[list(verdicts.JUDGED)]


CLAIMS = judged(
    Claim("low", [1, 1.1, 0.9], below=2, published=[1.5, 1.8], **WORDS),
    Claim("high", [3.4, 3.5, 3.6], below=2, because="twice as much: ours", origin="ours", **WORDS),
    Claim(NASTY, [1, 3.0, 2], below=2, of=NASTY, says=NASTY, origin=NASTY),
    Claim("untrained", [1, 2, 3.0], below=2, presumes="trained to 67 % train error", **WORDS),
    Claim("nothing", [np.nan, np.nan], below=2, **WORDS),
    Claim("ratio", [0.1, 1, 10], ratio=True, same=1.1, around=1.0, because="ours", **WORDS),
    Check("sorted", False, "Runs are in order."),
    Check("whole", True, "All are there."),
)


def written(made, *, paper="Loss Surfaces", heading="Garipov et al. 2018", alone=False, blocks=None, networks=()):
    blocks = (
        [{"about": ABOUT, "label": "", "claims": {"curves": "a"}, "figures": list(made.figures)}] if blocks is None else blocks
    )
    files = chapter.write(made, title="Many landscapes", name="garipov2018", heading=heading, paper=paper, link="https://arxiv.org/abs/1",
                          alone=alone, experiments=blocks, networks=dict(networks))  # fmt: skip
    return files.pop("").decode(), files


def words(page):
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.S).split())


def test_a_claim_is_told_in_words_and_drawn():
    page, files = written(Made(verdicts=CLAIMS))
    found = re.findall(r'<article class="claim ([\w-]+)">(.*?)</article>', page, re.S)
    assert [verdict for verdict, _ in found] == [v.replace(" ", "-") for v in CLAIMS["verdict"][:6]]
    low, high, _, untrained, nothing, _ = (words(text) for _, text in found)
    assert "holds 1 (0.752 to 1.25) n = 3, q" in low
    assert "contradicted 3.5 (3.25 to 3.75)" in high
    assert "bar: twice as much: ours" in high
    assert "1000 runs would not decide it" in words(found[2][1]), "undecided, its mean is the bar"
    assert found[5][1].count('class="reason"') == 0, "of a margin nobody knows"
    assert "not measurable" in untrained
    assert "trained to 67 % train error" in untrained
    assert "not every run gave a finite number" in nothing
    assert "nan" not in words(page).lower()
    assert ["<svg" in text for _, text in found] == [True, True, True, True, False, True]
    assert "forest log" in found[5][1]
    assert "FAILED" not in page
    assert "Failed checks" in page
    assert page.count("Runs are in order.") == 2, "loudly, and in its place"
    assert pd.read_csv(BytesIO(files["files/verdicts_garipov2018.csv"]))["claim"].tolist() == CLAIMS["claim"].tolist()


def test_claims_are_counted_by_origin_and_the_false_discovery_rate_is_stated():
    page, _ = written(Made(verdicts=CLAIMS))
    rows = [
        words(row) for row in re.findall(r"<tr.*?</tr>", page.partition('class="counts"')[2].partition("</table>")[0], re.S)
    ]
    assert (rows[1], rows[-2]) == ("this paper 4 1 0 1 2", "ours 1 0 1 0 0")
    assert NASTY[:2] in rows[2], "another origin, between the two"
    assert rows[-1] == "all 6 1 1 2 2"
    assert "false discovery rate q (Benjamini-Hochberg, over the claims of one page) is below 0.05" in words(page)


def test_names_are_escaped():
    for page in (written(Made(verdicts=CLAIMS))[0], index.write(Made(verdicts=CLAIMS), title=NASTY, pages=[])[""].decode()):
        assert "<b> &" not in page
        assert "</script> |d|" not in page
    assert "a &lt;b&gt; &amp; &#34;c&#34; &lt;/script&gt; |d|" in written(Made(verdicts=CLAIMS))[0]


def test_ones_own_work_alone_has_the_title_and_no_papers():
    made = Made(verdicts=CLAIMS.assign(origin="this paper", paper="own", because=""))
    page, _ = written(
        made,
        paper="",
        heading="Own work",
        alone=True,
        blocks=[{"about": "", "label": "", "claims": {"curves": "a"}, "figures": []}],
    )
    assert "<h1>Many landscapes</h1>" in page
    assert "paper" not in words(page)
    assert "index.html" not in page
    assert "ours 6 1 1 2 2" in words(page)


def test_the_first_page_has_a_card_for_each_and_says_what_was_not_measurable():
    pages = [{"name": "own", "heading": "Own work", "paper": "", "link": "", "figure": "mine"},
             {"name": "garipov2018", "heading": "Garipov et al. 2018", "paper": "Loss Surfaces", "link": "", "figure": ""}]  # fmt: skip
    page = index.write(Made(verdicts=CLAIMS, missing={"figure a": ["network b: it broke"]}), title="T", pages=pages)[
        ""
    ].decode()
    own, paper = re.findall(r'<article class="card">(.*?)</article>', page, re.S)
    assert 'src="files/mine.png"' in own
    assert "Nothing is claimed here." in own
    assert "<img" not in paper
    assert "trained to 67 % train error" in paper
    assert "Of 6 claims 1 hold" in words(page)
    assert "figure a , for network b: it broke" in words(page)


def test_without_anything_there_is_a_page_nevertheless():
    page, files = written(Made(), networks={"n": {"model": "m", "data": "d"}})
    assert files == {}
    assert "<h1>Garipov et al. 2018</h1>" in page
    assert "article" not in page


def test_networks_are_told_with_parameters_epochs_and_errors():
    trained = planted("trained", labels=["garipov2018/fge/SSE"], runs=2, parameters=12345, epochs=28.0, split=["train", "test"],
                      quantity=["nll", "error"], value=lambda row: 0.01 * row.run if row.quantity == "error" else 3.0)  # fmt: skip
    formula = planted("trained", labels=["toy"], runs=1, parameters=2, epochs=math.nan, quantity="nll", value=0.5)
    page, _ = written(
        Made(trained=pd.concat([trained, formula])),
        networks={"garipov2018/fge/SSE": {"model": "cnn (width 4)", "data": "digits"}},
    )
    told = words(page.partition('id="networks"')[2])
    assert "fge/SSE cnn (width 4) digits 2 12 345 28 1 to 2 % 1 to 2 %" in told
    assert "toy 1 2 nll 0.5" in told


@pytest.fixture
def shown(tmp_path):
    """Figures as the workflow writes them, of each kind."""
    import plotly.graph_objects as go

    Image.effect_noise((600, 300), 90).convert("RGB").save(tmp_path / "drawn.png")
    table = pd.DataFrame(
        {
            "source": ["ours", "Table 1"],
            "a_b": [NASTY, "x"],
            "m": [1.23456, 2.0],
            "m std": [0.0123, math.nan],
            "empty": math.nan,
        }
    )
    table.to_csv(tmp_path / "table.csv", index=False)
    artifacts.save([tmp_path / "turn.html"], go.Figure([go.Surface(z=[[1, 2], [3, 4]], name=NASTY)]), RECORD)
    endings = {"drawn": "png", "table": "csv", "turn": "html"}
    return {name: Shown(name, "A title.\n\nWhat `it` shows: |x|_y*.\n\n    norm = |x|", ["Made from 2 networks."], {ending: tmp_path / f"{name}.{ending}"}) for name, ending in endings.items()}  # fmt: skip


def test_figures_are_shown_with_their_captions(shown, tmp_path):
    page, files = written(Made(figures=shown))
    assert set(files) == {"files/drawn.png", "files/table.csv", "files/plotly.js"}
    with Image.open(BytesIO(files["files/drawn.png"])) as image:
        assert (image.mode, image.size) == ("P", (600, 300))
    assert len(files["files/drawn.png"]) < (tmp_path / "drawn.png").stat().st_size
    assert 'width="300" height="150"' in page
    assert "<code>it</code> shows: |x|_y*." in page
    assert page.count("<pre>norm = |x|</pre>") == 1, "once for figures of one caption that follow one another"
    assert page.count("Made from 2 networks.") == 3
    table = words(page.partition('class="of-table"')[2].partition("</table>")[0])
    assert "a b" in table
    assert "1.235 ± 0.012" in table
    assert "empty" not in table


def test_a_surface_is_its_numbers_and_plotly_is_there_once(shown):
    page, files = written(Made(figures=shown | {"again": shown["turn"]}))
    drawings = re.findall(r'<script type="application/json">(.*?)</script>', page, re.S)
    assert len(drawings) == 2
    assert json.loads(drawings[0])["data"][0]["name"] == NASTY
    assert 1e6 < len(files["files/plotly.js"]) < 2.5e6
    assert page.count('src="files/plotly.js"') == 1


def test_a_caption_has_its_formulas_and_signs():
    title, text = caption("A title: |theta| of theta*.\n\n    norm = |theta|\n\nProse over\ntwo lines with `an_option` & p_.")
    assert title == "A title: |theta| of theta*."
    assert text == "<pre>norm = |theta|</pre>\n<p>Prose over two lines with <code>an_option</code> &amp; p_.</p>"


def x_of(svg, tag, attribute="cx"):
    return [float(e.get(attribute)) for e in ElementTree.fromstring(svg).iter() if e.tag == tag and e.get(attribute)]


def row(**values):
    return {"effect": 1.0, "low": 0.5, "high": 1.5, "bar": "above 0.25", "published": "none printed"} | values


def test_an_interval_is_drawn_to_scale():
    svg = forest.drawn(row(bar="above 0", published="2"))
    bar, line = re.findall(r'class="(?:bar|ours)" d="M([\d.]+) (?:3V31|17H([\d.]+))"', svg)
    at, low, high = float(bar[0]), float(line[0]), float(line[1])
    (dot,) = x_of(svg, "circle")
    assert (dot - low) == pytest.approx(high - dot, abs=0.1)
    assert (low - at) == pytest.approx(dot - low, abs=0.1)
    ((side,), (width,)) = x_of(svg, "rect", "x"), x_of(svg, "rect", "width")
    assert (side, side + width) == pytest.approx((at, forest.WIDTH - forest.EDGE), abs=0.1), "the side that is claimed"
    (printed,) = re.findall(r'class="published" d="M([\d.]+) 26l', svg)
    assert float(printed) + 4 - dot == pytest.approx(2 * (dot - low), abs=0.2)


def test_ratios_have_a_logarithmic_axis():
    ratio = forest.drawn(row(effect=1.0, low=0.1, high=10.0, bar="above 0.01"))
    low, high = map(float, re.search(r'class="ours" d="M([\d.]+) 17H([\d.]+)"', ratio).groups())
    assert 'class="forest log"' in ratio
    assert x_of(ratio, "circle")[0] == pytest.approx((low + high) / 2, abs=0.1)
    assert 'class="forest"' in forest.drawn(row(effect=1.0, low=0.1, high=1.9))


@pytest.mark.parametrize(
    ("bar", "side"),
    [
        ("above 0.1", (0.1, math.inf)),
        ("below -1e-05", (-math.inf, -1e-5)),
        ("within 0.01 of 0.5", (0.49, 0.51)),
        ("within a factor of 2 of 1", (0.5, 2)),
    ],
)
def test_the_side_of_a_bar(bar, side):
    assert forest.claimed(bar) == pytest.approx(side)


@pytest.mark.parametrize(
    "values",
    [{"bar": "some other words"}, {"published": "1 to 1.47 (13 values)"}, {"low": math.nan, "high": math.nan}, {"high": math.inf},
     {"effect": 0.0, "low": 0.0, "high": 0.0, "bar": "above 0"}, {"published": '"<'}, {"effect": 1e300, "low": -1e300, "high": 1e301}],
)  # fmt: skip
def test_any_row_is_a_drawing(values):
    svg = forest.drawn(row(**values))
    ElementTree.fromstring(svg)
    assert not re.search(r"[\"M ](nan|inf)", svg)


def test_nothing_is_drawn_of_nothing():
    assert forest.drawn(row(effect=math.nan)) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.081836, "0.0818"), (-1.5, "−1.5"), (1e-5, "10⁻⁵"), (-1e-5, "−10⁻⁵"), (2.5e-7, "2.5 × 10⁻⁷"), (12345, "12\u202f300"), (math.nan, ""), (math.inf, "∞"), (0, "0")],
)  # fmt: skip
def test_numbers(value, text):
    assert numbers.short(value) == text


@pytest.mark.parametrize(
    ("value", "spread", "text"),
    [(68.5, 19.3, "68 ± 19"), (1.404, 0.0612, "1.404 ± 0.061"), (1.0, 1.6e-16, "1"), (3.12345, math.nan, "3.123"), (math.nan, 1, ""), (250.0, 120.0, "250 ± 120")],
)  # fmt: skip
def test_a_spread_has_two_digits_and_its_value_as_many_places(value, spread, text):
    assert numbers.with_spread(value, spread) == text


def test_a_picture_in_few_colours_is_what_it_was(tmp_path):
    shades = np.linspace(0, 255, 300).astype("uint8")
    Image.fromarray(np.dstack([np.tile(shades, (40, 1))] * 3)).save(tmp_path / "p.png")
    content, size = render.image(tmp_path / "p.png")
    with Image.open(BytesIO(content)) as few, Image.open(tmp_path / "p.png") as whole:
        assert size == whole.size
        assert np.abs(np.asarray(few.convert("RGB"), int) - np.asarray(whole, int)).max() <= 4
