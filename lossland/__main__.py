"""What there is to ask of a config beside running it: `python -m lossland check | why | ...`."""

import argparse
import sys
from math import isnan

from lossland.workflow import leftovers
from lossland.workflow.configfile import DEFAULT, planned, refuse_absent
from lossland.workflow.staleness import Reruns


def check(plan, _):
    """Read and plan the config: a mistake is told in one sentence, nothing runs."""
    refuse_absent(plan, plan)
    print(f"{len(list(plan))} jobs are planned")


def why(plan, _):
    """Each job that would run, and the reasons."""
    reasons = Reruns(plan).reasons
    for job, sentences in reasons.items():
        print(f"{job.title}: {'; '.join(sentences)}")
    print(f"{len(reasons)} of {len(list(plan))} jobs would run")


def cost(plan, _):
    """Jobs, hours and disk by rule, before anything runs."""
    from lossland.workflow.cost import estimate  # pandas, which the other questions do without

    table = estimate(plan)
    for name in table.select_dtypes(float):
        table[name] = ["" if isnan(value) else f"{value:.3g}" for value in table[name]]
    print(table.to_markdown(disable_numparse=True))


def report(plan, _):
    """The report of what there is now, even if jobs failed: <results>/report/index.html."""
    from lossland.workflow.report import write_what_there_is  # pandas again

    print(write_what_there_is(plan))


def stale(plan, _):
    """Results that no job of the config makes any more: of removed seeds, stanzas, experiments."""
    found = leftovers.stale_files(plan)
    print("\n".join([*map(str, found), f"{len(found)} files are of no job of this config"]))


def clean_stale(plan, _):
    """Remove the results that no job of the config makes any more."""
    found = leftovers.clean(plan)
    print("\n".join([*(f"{file} was removed" for file in found), f"{len(found)} files were removed"]))


def main():
    parser = argparse.ArgumentParser(prog="python -m lossland", description=__doc__)
    questions = parser.add_subparsers(required=True, metavar="question")
    for question in (check, why, cost, report, stale, clean_stale):
        asked = questions.add_parser(question.__name__.replace("_", "-"), help=question.__doc__)
        asked.add_argument("--configfile", nargs="+", default=[DEFAULT], metavar="FILE", help=f"default: {DEFAULT}")
        asked.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE", help="what counts instead of the files")
        asked.set_defaults(question=question)
    arguments = parser.parse_args()
    try:
        arguments.question(planned(arguments.configfile, arguments.config), arguments)
    except (SyntaxError, ValueError, OSError) as error:
        sys.exit(" ".join(str(error).split()))


if __name__ == "__main__":
    main()
