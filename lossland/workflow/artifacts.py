"""What is drawn, as the files that people open: figures, tables, surfaces, meshes; and the record of what made it.

A page with a surface opens by itself, without a network. Equal drawings are equal bytes.
"""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG

from lossland.workflow.files import replacing

SURFACE = """<!doctype html>
<meta charset="utf-8">
<title>A surface to turn</title>
<style>html, body, #surface {{height: 100%; margin: 0}}</style>
<div id="surface"></div>
<script id="library">{library}</script>
<script type="application/json" id="drawing">{drawing}</script>
<script>
const {{data, layout}} = JSON.parse(document.getElementById("drawing").textContent);
Plotly.newPlot("surface", data, layout, {{displaylogo: false, responsive: true}});
</script>
"""


def save(paths, drawing, provenance):
    """Write `drawing`, a Figure of matplotlib or plotly, a DataFrame or a Mesh of meshio, to each path by its suffix.

    The first path is written last, for it says that all of them are there.
    """
    for path in map(Path, reversed(paths)):
        with replacing(path) as temporary:
            if path.suffix == ".json":
                temporary.write_text(provenance, "utf-8")
            elif path.suffix == ".csv":
                drawing.to_csv(temporary, index=False)
            elif path.suffix == ".html":
                temporary.write_text(_surface(drawing), "utf-8")
            elif path.suffix == ".vtu":
                drawing.write(temporary)
            else:
                _draw(drawing, temporary)


def _draw(figure, path):
    """Once for each format, and laid out for the first only: `savefig` draws twice, first to lay out."""
    if path.suffix == ".svg":
        FigureCanvasSVG(figure).print_svg(path, metadata={"Date": None})
    else:
        FigureCanvasAgg(figure).print_png(path)
    figure.set_layout_engine("none")


def _surface(figure):
    from plotly.offline import get_plotlyjs

    return SURFACE.format(library=get_plotlyjs(), drawing=figure.to_json().replace("</", "<\\/"))
