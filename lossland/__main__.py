"""What there is to ask of a config beside running it: `python -m lossland why | accept | cost | report`."""

import argparse
import subprocess
import sys
from math import isnan
from pathlib import Path

import yaml

from lossland.workflow.plan import Plan
from lossland.workflow.staleness import Reruns


def why(plan, _):
    """Each job that would run, and the reasons."""
    reasons = Reruns(plan).reasons
    for (section, name), by_kind in reasons.items():
        print(f"{section} {name}: {'; '.join(s for sentences in by_kind.values() for s in sentences)}")
    print(f"{len(reasons)} of {len(list(plan))} jobs would run")


def accept(plan, arguments):
    """Keep results whose code was edited harmlessly, say so in their records, and tell Snakemake."""
    if any(Path(".snakemake/locks").glob("*")):
        raise ValueError("a run is at work, or was killed: wait for it, or snakemake --unlock; then accept again")
    reruns = Reruns(plan)
    files = reruns.accept(arguments.because)
    if known := sorted({*files, *reruns.accepted}):  # those of an earlier call too, which may have been cut off here
        _snakemake(arguments, *known, "--touch", "--cores", "1")
    print(f"{len(files)} results were accepted as they are; what is left to run:")
    why(plan, arguments)


def cost(plan, _):
    """Jobs, hours and disk by rule, before anything runs."""
    from lossland.workflow.cost import estimate  # pandas, which the other questions do without

    table = estimate(plan)
    for name in table.select_dtypes(float):
        table[name] = ["" if isnan(value) else f"{value:.3g}" for value in table[name]]
    print(table.to_markdown(disable_numparse=True))


def report(plan, arguments):
    """All that was made as one page, <results>/report.html."""
    Path(plan.results).mkdir(parents=True, exist_ok=True)
    _snakemake(arguments, "--report", f"{plan.results}/report.html")
    print(f"{plan.results}/report.html")


def _snakemake(arguments, *options):
    command = [sys.executable, "-m", "snakemake", *options, "--quiet", "all", "--configfile", arguments.config]
    if subprocess.run(command).returncode:
        raise SystemExit(1)


def main():
    parser = argparse.ArgumentParser(prog="python -m lossland", description=__doc__)
    questions = parser.add_subparsers(required=True, metavar="question")
    for question in (why, accept, cost, report):
        asked = questions.add_parser(question.__name__, help=question.__doc__)
        asked.add_argument("--config", default="config.yaml", help="default: config.yaml")
        asked.add_argument("--data-root", help="the folder of the user's own data, where the config does not say it")
        asked.set_defaults(question=question)
        if question is accept:
            asked.add_argument("--because", default="", help="why the edit is harmless; kept in the records")
    arguments = parser.parse_args()
    try:
        config = yaml.safe_load(Path(arguments.config).read_text())
        if arguments.data_root and isinstance(config, dict):
            config["data_root"] = arguments.data_root
        arguments.question(Plan(config), arguments)
    except (yaml.YAMLError, SyntaxError, ValueError, OSError) as error:
        sys.exit(f"{arguments.config}: {' '.join(str(error).split())}")


if __name__ == "__main__":
    main()
