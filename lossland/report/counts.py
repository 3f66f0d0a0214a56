"""How many claims there are with which verdict, by where they come from; and what is to be said of the rest."""

from lossland.statistics.verdicts import LEVEL, VERDICTS

THIS, OURS = "this paper", "ours"  # the first and the last of the origins
SIGNS = dict(zip([*VERDICTS, "passed", "failed"], "✓✕?–✓✕", strict=True))
STATED = (
    "A claim holds, or is contradicted, if its false discovery rate q (Benjamini-Hochberg, over the claims of one page) is "
    f"below {LEVEL}: of either kind at most one in {round(1 / LEVEL)} is expected to be wrong. The others are undecided."
)


def claims(verdicts):
    return verdicts[verdicts["kind"] == "claim"] if len(verdicts) else verdicts


def failed(verdicts) -> list[dict]:
    """The checks that failed."""
    return verdicts[verdicts["verdict"] == "failed"].to_dict("records") if len(verdicts) else []


def by_origin(verdicts, of_paper=True) -> list[dict]:
    """One row for each origin, and their sum where there are several: {"origin": ..., "all": n, "holds": n, ...}."""
    rows = claims(verdicts)
    if not len(rows):
        return []
    origins = rows["origin"] if of_paper else rows["origin"].replace(THIS, OURS)
    found = sorted(set(origins), key=lambda origin: (origin == OURS, origin != THIS, origin))
    counted = [{"origin": origin} | _of(rows[origins == origin]) for origin in found]
    return [*counted, {"origin": "all"} | _of(rows)] if len(counted) > 1 else counted


def _of(rows):
    return {"all": len(rows)} | {verdict: int((rows["verdict"] == verdict).sum()) for verdict in VERDICTS}


def not_measurable(verdicts) -> dict[str, list[str]]:
    """Reason -> names of the claims."""
    found = {}
    for row in claims(verdicts).to_dict("records"):
        if row["verdict"] == "not measurable":
            found.setdefault(row["reason"], []).append(row["claim"])
    return found
