"""What a rehearsal measured of each network of a config, and how long a step of its training takes here.

    make rehearse CONFIG=configs/paper.yaml; python benchmarks/rehearsal.py configs/paper.yaml

A step is a gradient of the network's own batch in the precision of its training, by the line that `workflow/speed.py` finds, in
seconds of one thread. A training holds its point, gradient and momentum, what a gradient keeps of its batch, and the libraries.
Peaks, in GB, are those of the jobs of the rehearsal, on its few images.
"""

import datetime
import json
import sys

import pandas as pd

from lossland.workflow import rehearsal
from lossland.workflow.configfile import planned
from lossland.workflow.cost import Model
from lossland.workflow.speed import machine

LIBRARIES = 0.45  # GB
COPIES = {"sgd": 3, "adam": 4}  # of the parameters, in a training
KINDS = {"network": "training", "subspace": "subspace", "landscape": "surface", "curvature": "Hessian"}


def table(plan, short) -> pd.DataFrame:
    """One row for each network and the shape of its data."""
    model, rows = Model(plan), {}
    for job in plan["network"].values():
        key = json.dumps([job.setting.model, job.setting.data.plugin.name])
        if key not in rows:
            speed, text = model.speed(job.setting), job.setting.data.plugin.name == "ptb"
            recipe = job.options.get("recipe") or {"batch_size": 128, "optimiser": "sgd"}
            examples = recipe["batch_size"] * (35 if text else 1)
            held = (COPIES[recipe["optimiser"]] * 4 * speed.parameters + speed.held * examples) / 1e9
            seconds = speed.gradient[0] + speed.gradient[1] * examples
            rows[key] = {"network": job.stem, "data": job.setting.data.plugin.name, "parameters": speed.parameters,
                         "batch": recipe["batch_size"], "step, s": seconds, "training, GB": LIBRARIES + held}  # fmt: skip
    for job in short:
        kind = KINDS.get(job.rule) or KINDS.get(job.section)
        log = job.log(short.results).with_suffix(".json")
        if kind and job.setting and log.exists():
            data = next(d for d in plan["data"].values() if d.name == job.setting.data.name)
            row = rows[json.dumps([job.setting.model, data.plugin.name])]
            peak = json.loads(log.read_text())["memory_mb"] / 1e3
            row[f"{kind}: peak"] = max(peak, row.get(f"{kind}: peak", 0))
    return pd.DataFrame(rows.values())


def main():
    plan = planned(sys.argv[1:2], sys.argv[2:])
    short = rehearsal.rehearsed(plan, {"instances": 1})
    print(f"{datetime.date.today()}, {machine()}")
    rows = table(plan, short)
    print(rows.to_markdown(index=False, floatfmt=["", "", ",.0f", ".0f", ".2g", ".1f", ".2f", ".2f", ".2f", ".2f"]))


if __name__ == "__main__":
    main()
