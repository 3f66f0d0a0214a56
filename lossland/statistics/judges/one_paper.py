"""The verdicts on the claims of a paper, as of all claims of the report."""


def judge(verdicts, *, paper: str):
    """`paper` names the rows to keep."""
    return verdicts[verdicts["paper"] == paper].reset_index(drop=True)
