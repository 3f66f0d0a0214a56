"""One look for all figures: colours that any eye can tell apart, sizes for print, names and units of axes."""

import matplotlib as mpl
from matplotlib.colors import LinearSegmentedColormap

# Okabe & Ito's palette, by what is drawn
COLOURS = {
    "segment": "#0072B2", "bezier": "#D55E00", "polychain": "#009E73", "chain": "#009E73",
    "fge": "#CC79A7", "sse": "#E69F00", "single": "#000000",
    "nll": "#0072B2", "error": "#D55E00", "small": "#009E73", "large": "#CC79A7",
    "mode": "#D55E00", "connector": "#009E73",
}  # fmt: skip
SHADES = ["#ffffff", "#cfe3f1", "#7fb2d6", "#2f6ea8", "#0b2545"]  # from low to high
# what has no colour of its own; the last is of Tol's palette, and as far from the others to any eye as they from each other
SERIES = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#882255"]
MARKERS = "osD^vP<"
GREY = "#999999"  # what is not finite


class _Axes(dict):
    def __missing__(self, name):
        return name.replace("_", " "), 1  # a score of a task of the user's own


AXES = _Axes({  # label and scale
    "nll": ("nll [nats]", 1), "loss": ("loss [nats]", 1), "error": ("error [%]", 100), "accuracy": ("accuracy [%]", 100),
    "nll_tempered": ("tempered nll [nats]", 1), "ece_tempered": ("tempered calibration error [%]", 100),
    "brier": ("Brier score", 1), "ece": ("calibration error [%]", 100), "ece_debiased": ("debiased calibration error [%]", 100),
    "ece_adaptive": ("adaptive calibration error [%]", 100), "js": ("JS divergence [nats]", 1),
    "disagreement": ("disagreement [%]", 100), "diversity": ("disagreement / error", 1), "cosine": ("cosine similarity", 1),
})  # fmt: skip
WHITE_TO_DARK = LinearSegmentedColormap.from_list("white_to_dark", SHADES)
LIGHT_TO_DARK = LinearSegmentedColormap.from_list("light_to_dark", ["#a9cde6", *SHADES[2:]])  # of lines, which white would hide
mpl.rcParams.update({
    "font.size": 8, "axes.titlesize": 8, "axes.labelsize": 8, "figure.labelsize": 8,
    "legend.fontsize": 7, "legend.title_fontsize": 7, "legend.frameon": False,
    "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.4, "figure.dpi": 200,
    "figure.constrained_layout.use": True, "savefig.bbox": "tight", "savefig.pad_inches": 0.04, "svg.hashsalt": "lossland",
})  # fmt: skip
COLUMN = 2.4  # inches, the width of one panel
