"""What the claims of Benton et al. 2021 (arXiv 2102.13042) have in common: how calibrations are compared."""

from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import by_run, together

COLUMNS = ["ece_tempered", "error"]


def calibration(theirs, own, *, examples):
    """By how much ensembles have a lower calibration error than others, at fitted temperatures, by run; and at most what the
    choice of the `examples` leaves open: one more or less moves it by |hit - confidence| / n, as it does an error rate."""
    theirs, own = together({"theirs": by_run(theirs, COLUMNS), "own": by_run(own, COLUMNS)}).values()
    return theirs["ece_tempered"] - own["ece_tempered"], of_errors(theirs["error"], own["error"], examples=examples)
