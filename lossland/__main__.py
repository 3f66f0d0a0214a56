"""What there is to ask of a config beside running it: `python -m lossland why | accept | cost`."""

import argparse
import subprocess
import sys
from pathlib import Path

import yaml

from lossland.config import ConfigError, Plan
from lossland.reruns import Reruns


def why(plan, _):
    """Each job that would run, and the reasons."""
    reasons = Reruns(plan).reasons
    for (section, name), by_kind in reasons.items():
        print(f"{section} {name}: {'; '.join(s for sentences in by_kind.values() for s in sentences)}")
    print(f"{len(reasons)} of {len(list(plan))} jobs would run")


def accept(plan, arguments):
    """Keep results whose code was edited harmlessly, say so in their records, and tell Snakemake."""
    files = Reruns(plan).accept(arguments.because)
    if files:
        command = [sys.executable, "-m", "snakemake", *files, "--touch", "--cores", "1", "--quiet", "all"]
        subprocess.run([*command, "--configfile", arguments.config], check=True)
    print(f"{len(files)} results were accepted as they are; what is left to run:")
    why(plan, arguments)


def cost(plan, _):
    """Jobs, hours and disk by rule, before anything runs."""
    from lossland.cost import estimate  # pandas, which the other questions do without

    print(estimate(plan).to_markdown(floatfmt=".3g"))


def main():
    parser = argparse.ArgumentParser(prog="python -m lossland", description=__doc__)
    questions = parser.add_subparsers(required=True, metavar="question")
    for question in (why, accept, cost):
        asked = questions.add_parser(question.__name__, help=question.__doc__)
        asked.add_argument("--config", default="config.yaml", help="default: config.yaml")
        asked.set_defaults(question=question)
        if question is accept:
            asked.add_argument("--because", default="", help="why the edit is harmless; kept in the records")
    arguments = parser.parse_args()
    try:
        arguments.question(Plan(yaml.safe_load(Path(arguments.config).read_text())), arguments)
    except (ConfigError, OSError) as error:
        sys.exit(f"{arguments.config}: {error}")


if __name__ == "__main__":
    main()
