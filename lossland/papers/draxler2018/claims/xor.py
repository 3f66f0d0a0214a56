"""The claims of Draxler et al. 2018 (arXiv 1803.00885, section 5) about XOR: to swap two hidden units takes a spare one.

    rise = highest train nll on a band (refined) - mean of its ends
    the ends: a network, and itself with the two units exchanged that are needed most (`permute`, order: exchanged)

Two hidden units are just enough for XOR. Swapped without a third, they must pass a point where the network fails; a spare unit
can take over. Spare is here each unit beyond two: that the network does as well without it is not checked, and a training can
put all three to use. The train nll without each unit is the note `removal` of the permuted network. That a barrier is one is
taken as a tenth of a nat, that it is gone as a tenth of that with two units; these bars are ours. A run is a network; those
of different sizes are compared in the order of their numbers.
"""

from lossland.statistics.tables import Table, entries, rises
from lossland.statistics.verdicts import Claim, together

CAPTION = """
Each row holds one claim about the bands between a small network that has learnt XOR and the same with the two hidden units
exchanged that it needs most (mean ± standard deviation over n networks); units beyond two count as spare, needed or not. A
claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else
our runs do not decide. The paper explains by this example why networks with more units than they need have no barriers: two
units can be swapped where there is a third.
"""
BARRIER, GONE = 0.1, 0.1


def check(*, bands: Table("saddles"), hidden: list[list[str]]) -> list[Claim]:
    """`hidden` lists [band, number of hidden units], first of two units, then of more. Raises ValueError where runs differ."""
    (least, _), *more = entries("hidden", hidden, "band", "hidden units")
    bare = rises(bands, least, "bands")["rise"]
    claims = [
        Claim(
            name="no swap without a spare unit",
            says="Two hidden units that are both needed cannot be swapped without a barrier.",
            of="rise of the train nll on the band [nats]",
            values=list(bare),
            published=[],
            above=BARRIER,
        )
    ]
    return claims + [claim for band, units in more for claim in _spared(units, bare, rises(bands, band, "bands")["rise"])]


def _spared(units, bare, spared):
    bare, spared = together({"two units": bare, f"{units} units": spared}).values()
    return [
        Claim(
            name=f"more units lower the barrier: {units}",
            says=f"Among {units} hidden units the two that are needed most are swapped with a "
            f"lower barrier than without others.",
            of=f"train nll [nats]: rise with two units - with {units}",
            values=list(bare - spared),
            published=[],
            above=0,
        ),
        Claim(
            name=f"more units remove the barrier: {units}",
            says=f"Among {units} hidden units the two that are needed most are swapped with hardly a barrier.",
            of=f"rise of the train nll with {units} units / with two",
            values=list(spared / bare.where(bare > 0)),
            published=[],
            below=GONE,
        ),
    ]
