"""The verdicts on all claims of a report.

The counts below are those of claims that can fail; checks of the run, which cannot unless something is wrong, are apart.
"""

from lossland.statistics import verdicts


def judge(claims):
    """`claims` are the rows of all claims, with their `paper` and `subject`."""
    return verdicts.judge(claims)[list(verdicts.JUDGED)]
