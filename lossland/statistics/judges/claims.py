"""The verdicts on the claims of a paper, or on one's own: how much one p says depends on how many claims there are."""

from lossland.statistics import verdicts


def judge(claims):
    """`claims` are the rows of all of its claims, with their `paper` and `subject`."""
    return verdicts.judge(claims)[list(verdicts.JUDGED)]
