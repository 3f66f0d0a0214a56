"""A training is run once, for all the snapshots that a plan asks of it; who asks for fewer sees those only."""

import json
from collections import defaultdict

from lossland.options import epochs_kept as kept

SNAPSHOTS = ("snapshots", "every")  # options of a method that say which epochs are kept, and nothing else


def epochs_kept(options) -> list[int]:
    """The epochs whose snapshots a training of these options keeps, in order; the last is always one."""
    return kept(options["recipe"]["epochs"], options.get("snapshots"), options.get("every"))


def follows(plugin) -> bool:
    """Whether a method is a training of which snapshots can be asked."""
    return {*SNAPSHOTS, "recipe"} <= plugin.options.keys()


def identity(job) -> str:
    """What the training of a job is, whatever it keeps."""
    own = {name: value for name, value in job.options.items() if name not in SNAPSHOTS}
    return json.dumps([job.plugin.name, own, job.setting.data.content, job.setting.model, job.repetition], sort_keys=True)


def of_all(networks) -> dict[str, dict]:
    """`identity` -> the options that keep the snapshots of all of `networks` that are it, if no two of these keep the same."""
    asked = defaultdict(dict)
    for job in networks:
        if follows(job.plugin):
            asked[identity(job)].setdefault(tuple(epochs_kept(job.options)), job.options)
    return {key: _joined(options) for key, options in asked.items() if len(options) > 1}


def _joined(options):
    """Of options by the epochs that they keep: those that keep all, or such as do. One that asks for less changes nothing."""
    every = tuple(sorted(set().union(*options)))
    return options.get(every) or next(iter(options.values())) | {"snapshots": list(every[:-1]), "every": None}
