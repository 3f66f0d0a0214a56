"""What a rehearsal measured of each network of a config, and how long a step of its training takes here.

    make rehearse CONFIG=configs/paper.yaml; python benchmarks/rehearsal.py configs/paper.yaml

A step is a gradient of the network's own batch in the precision of its training, by the line that `workflow/speed.py` finds, in
seconds of one thread. A training holds its point, gradient and momentum, what a gradient keeps of its batch, and the libraries.
Peaks, in GB, are those of the jobs of the rehearsal, on its few images.
"""

import datetime
import json
import math
import sys
from collections import defaultdict

import pandas as pd

from lossland.workflow import rehearsal
from lossland.workflow.configfile import planned
from lossland.workflow.cost import Model
from lossland.workflow.speed import machine
from lossland.workflow.work import STREAM

LIBRARIES = 0.45  # GB
COPIES = {"sgd": 3, "adam": 4}  # of the parameters, in a training
KINDS = {"network": "training", "subspace": "curves and others", "landscape": "surface", "curvature": "Hessian"}


def table(plan, short) -> pd.DataFrame:
    """One row for each network that was rehearsed, with each kind of data."""
    model, peaks = Model(plan), defaultdict(dict)
    for job in short:
        kind, log = KINDS.get(job.rule) or KINDS.get(job.section), job.log(short.results).with_suffix(".json")
        if kind and job.setting and log.exists():
            network = peaks[_key(job, plan)]
            network[kind] = max(json.loads(log.read_text())["memory_mb"] / 1e3, network.get(kind, 0))
    rows = {}
    for job in plan["network"].values():
        if (key := _key(job, plan)) in peaks and key not in rows:
            speed, recipe = model.speed(job.setting), job.options.get("recipe") or {"batch_size": 128, "optimiser": "sgd"}
            data, _ = model.like(job.setting.data)
            batch = recipe["batch_size"] * (STREAM if data.task == "language" else 1)
            held = COPIES[recipe["optimiser"]] * 4 * speed.parameters + speed.held * batch
            rows[key] = {"network": job.stem, "parameters": speed.parameters, "batch": recipe["batch_size"]}
            rows[key] |= {"step, s": speed.passes("gradient", 1, batch), "of its batch": LIBRARIES + held / 1e9}
            rows[key] |= {kind: peaks[key].get(kind, math.nan) for kind in KINDS.values()}
    return pd.DataFrame(rows.values())


def _key(job, plan):
    """The network, and the shape of its data."""
    data = plan["data"][job.setting.data.name].plugin.name
    return json.dumps([job.setting.model, data])


def main():
    plan = planned(sys.argv[1:2], sys.argv[2:])
    short = rehearsal.rehearsed(plan, {"instances": 1})
    print(f"{datetime.date.today()}, {machine()}")
    rows = table(plan, short)
    print(rows.to_markdown(index=False, floatfmt=["", ",.0f", ".0f", ".2g", ".1f", *[".2f"] * 4]))


if __name__ == "__main__":
    main()
