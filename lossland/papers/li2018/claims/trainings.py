"""The claims of Li et al. 2018 (arXiv 1712.09913) about its trainings: Tables 1 and 2, and the network that cannot be trained.

    error at the end of a training, of the whole test set or training set

Errors are held against what the paper prints of the same network trained in the same way, if a source confirms it.

In the paper (section 6) SGD does not train a network of 156 layers without shortcuts, even at very low rates; it prints no
error of it.
"""

from lossland.options import Label
from lossland.papers.li2018.figures.errors import printed
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import by_run
from lossland.statistics.tables import Table, latest, pick
from lossland.statistics.verdicts import Claim, as_published

THEIRS, HALF = 10_000, 0.5  # test images of CIFAR-10


def check(*, courses: Table("dynamics"), trained: dict = {}, untrainable: list[Label] = ()) -> list[Claim]:
    """`trained` as in the table `errors`; `untrainable` are labels of networks that the paper could not train."""
    ends = pick(latest(courses), quantity="error")
    claims = []
    for label, how in trained.items():
        rows, ours = printed(**how), by_run(pick(ends, subspace=label, split="test"))
        confirmed = rows[(rows["metric"] == "test_error_percent") & (rows["status"] == "confirmed")]["value"].unique() / 100
        if len(confirmed):
            claims.append(
                as_published(f"test error of {label}", ours["value"], confirmed, examples=THEIRS,
                             sampling=of_errors(ours["value"], examples=ours["examples"]),
                             of="test error at the end of the training, as a fraction",
                             says="The network ends at the test error that the paper prints.")
            )  # fmt: skip
    return claims + [
        Claim(f"{label} cannot be trained", by_run(pick(ends, subspace=label, split="train"))["value"], above=HALF,
              because="half of the training data: a trained network errs on hardly any",
              of="train error at the end of the training",
              says="Without shortcuts SGD does not train a network as deep as this.")
        for label in untrainable
    ]  # fmt: skip
