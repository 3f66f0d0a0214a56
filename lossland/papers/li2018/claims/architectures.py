"""The claims of Li et al. 2018 (arXiv 1712.09913) about architectures, section 6: shortcuts and width keep a surface convex.

    not convex   share of the plane (train nll) where it is not;      bent   the same within the attractor, what is connected
                 with the network and at most four nats above it

in filter-normalised random planes, run by run, and the errors of the networks on all examples. A basin ends one nat above its
network; one that reaches the edge of the plane counts with what is drawn of it. Networks that are not trained lie where the
loss is flat, not chaotic, so that planes around them say nothing of this: in a public run of 40 epochs the plane around
ResNet-56 without shortcuts was one tilted valley, its train accuracy 82 %.

In the paper deep networks without shortcuts have chaotic surfaces and far higher test errors (figure 5); wider networks have
larger and more convex basins, and lower test errors (figure 6). Attractors of well-behaved networks are nearly convex up to
four nats, and initialisations lie below 2.5, where they are, by that, within what attracts: a check, for ln 10 is 2.3. It
prints test errors only.
"""

from lossland.options import Label
from lossland.papers.published import numbers
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import LEAST, halves, paired
from lossland.statistics.tables import UNTRAINED, Table, latest, pick, where
from lossland.statistics.verdicts import Check, Claim, trained

START = 2.5  # the paper's


def check(
    *,
    errors: Table("landscape"),
    basins: Table("basin"),
    attractors: Table("basin"),
    depth: list[list[Label]],
    width: list[list[Label]] = (),
    started: list[Label] = (),
    printed: bool = False,
) -> list[Claim | Check]:
    """`depth` and `width` are pairs of networks with shortcuts and without, from shallow to deep and from narrow to wide;
    `errors` has the points that a training kept, the last one last, and of those `started` the initialisation first.

    `printed`: the paper's test errors are of these networks, by their names.
    """
    ends = latest(errors, "u0")
    basins, attractors = (pick(table, split="train", quantity="nll") for table in (basins, attractors))
    claims = _depth(basins, attractors, ends, depth, printed)
    if len(width) > 1:
        for way, narrow, wide in zip(("with", "without"), width[0], width[-1], strict=True):
            claims += _width(way, basins, ends, narrow, wide, printed)
    if started:
        nll = pick(errors, subspace=list(started), split="train", quantity="nll", u0=0.0)["value"].max()
        claims.append(
            Check(f"initialisations lie below {START:g} nats", nll < START, says=f"The highest train nll of one is {nll:.3g}.")
        )
    if ends["subspace"].nunique() >= LEAST:
        claims.append(_convexity(basins, ends))
    return [claim for claim in claims if claim]


def _depth(basins, attractors, ends, depth, printed):
    deep, shallow = depth[-1], depth[0]
    lost, fit = _more(basins, "non_convex", *deep), _trained(ends, *deep)
    claims = [
        Claim("shortcuts keep deep networks convex", lost, above=0, presumes=fit,
              of="share of the plane that is not convex, without shortcuts - with them",
              says="Around a deep network without shortcuts more of the loss surface is not convex than around one with them."),
        Claim("attractors without shortcuts", _more(attractors, "bent", *deep), above=0, presumes=fit,
              of="share that is not convex of what is connected with the deep network, up to four nats above it: without "
                 "shortcuts - with them",
              says="Without shortcuts the attractor of a deep network, up to four nats, is less convex."),
        _better("deep networks without shortcuts generalise worse", ends, *deep, fit, printed, "without shortcuts - with them",
                "A deep network without shortcuts has a higher test error than one with them."),
        Claim("depth needs shortcuts more", lost - _more(basins, "non_convex", *shallow), above=0,
              presumes=_trained(ends, *deep, *shallow),
              of="that difference of shares that are not convex, for the deep network - for the shallow one",
              says="Shortcuts change the convexity of the surface of a shallow network less than that of a deep one."),
    ]  # fmt: skip
    return claims if shallow != deep else claims[:-1]


def _more(basins, share, own, without):
    with_them, without_them = paired(basins, own, without)
    return without_them[share] - with_them[share]


def _width(way, basins, ends, narrow, wide, printed):
    small, large = (rows["area"] for rows in paired(basins, narrow, wide))
    fit = _trained(ends, narrow, wide)
    return [
        Claim(f"wider networks, larger basins, {way} shortcuts", large / small, above=1, ratio=True, presumes=fit,
              of="area of the basin of the widest network / of the narrowest",
              says=f"Around a wider network {way} shortcuts the basin is larger."),
        _better(f"wider networks generalise better, {way} shortcuts", ends, wide, narrow, fit, printed,
                "of the narrowest network - of the widest", f"A wider network {way} shortcuts has the lower test error."),
    ]  # fmt: skip


def _better(name, ends, better, worse, fit, printed, what, says):
    rows = where(ends, split="test", quantity="error")
    if rows.empty:
        return None
    low, high = (part["value"] for part in paired(rows, better, worse))
    return Claim(name, high - low, above=0, presumes=fit, says=says, of=f"test error, as a fraction, {what}",
                 sampling=of_errors(low, high, examples=rows["examples"]),
                 published=_printed(better, worse) if printed else ())  # fmt: skip


def _convexity(basins, ends):
    """Over the architectures of which all runs are trained, each counted once: runs tell nothing of other architectures."""
    train = where(ends, split="train", quantity="error").groupby("subspace")["value"].max()
    test = (
        where(ends, split="test", quantity="error")
        .groupby("subspace")["value"]
        .mean()
        .drop(train.index[train >= UNTRAINED], errors="ignore")
    )
    worse, better = halves(basins.groupby("subspace")["non_convex"].mean(), test)
    few = f"fewer than {LEAST} architectures are trained below {100 * UNTRAINED:g} % error"
    return Claim("convexity goes with low test errors", worse, less=better, above=0,
                 presumes=few if len(test) < LEAST else None,
                 of="share of the plane that is not convex, mean over runs: of the half of the architectures that has the "
                    "higher test errors - of the other half",
                 says="The more convex the surface around a network, the lower its test error.")  # fmt: skip


def _trained(ends, *labels):
    rows = where(pick(ends, subspace=list(labels)), split="train", quantity="error")
    return trained(rows["value"])


def _printed(better, worse):
    rows = numbers("li2018", table=["Figure 5", "Figure 6"], metric="test_error_percent", status="confirmed")
    own = rows.set_index("arch")["value"]
    return [(own[worse] - own[better]) / 100] if {better, worse} <= set(own.index) else []
