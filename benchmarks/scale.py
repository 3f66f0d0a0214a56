"""What Snakemake and our rules cost beside the work: a config of 20,000 jobs, planned, listed and scheduled.

The rules, the profile and the library are the real ones, and so is the shape of the config: pairs of networks of one
dataset, three paths through each, their landscapes and shapes, and pools, figures and claims over every hundred networks.
Only the program that a job starts is replaced, by `touch` of its outputs. Jobs are held to their processor time, which
other work on the machine changes least. Theirs is a bar.
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml
from turns import row

from lossland.workflow import files
from lossland.workflow.code_digest import code_of, digest
from lossland.workflow.plan import Plan
from lossland.workflow.provenance import handed_down, made_by

ROOT = Path(__file__).resolve().parent.parent
PAIRS = 50  # of one pool, one figure, one claim
CORES = 2
PROGRAM, STUB = "COMMAND = PROGRAM + ", 'COMMAND = "touch {{output:q}}; : {}" + '
ASKED = ("garipov2018/curves", "fort2019/samples", "garipov2018/ensembles", "benton2021/espro", "draxler2018/all_paths")


def config(jobs):
    """A config of about `jobs` jobs: eleven for each pair of networks."""
    pairs = range(jobs // 11)
    sources = {i: [f"net/{2 * i}", f"net/{2 * i + 1}"] for i in pairs}
    pools = {i // PAIRS: list(pairs[i : i + PAIRS]) for i in range(0, len(pairs), PAIRS)}
    recipe = {"epochs": 1, "lr": 0.1}
    curve = {"method": "curve", "sources": sources, "recipe": recipe}
    line = {"method": "line", "sources": sources, "stored": True}
    paths = {"segment": line, "Bezier": curve, "chain": curve | {"chart": "polychain"}}
    networks = {n: [net for i in members for net in sources[i]] for n, members in pools.items()}
    shapes = {n: {"shapes": [f"{p}_shape/{i}" for p in paths for i in members]} for n, members in pools.items()}
    network = {"data": "spirals", "model": "mlp", "method": "sgd", "seeds": list(range(2 * len(pairs))), "recipe": recipe}
    return {
        "data": {"spirals": {"source": "spirals"}},
        "network": {"net": network},
        "subspace": paths | {f"pool{n}": {"method": "pool", "sources": nets} for n, nets in networks.items()},
        "table": {f"{p}_path": {"probe": "landscape", "subspace": p} for p in paths}
        | {f"{p}_shape": {"probe": "shape", "table": f"{p}_path"} for p in paths}
        | {f"ensemble{n}": {"probe": "ensemble", "subspace": f"pool{n}"} for n in pools},
        "figure": {f"table{n}": {"draw": "garipov2018_table2"} | roles for n, roles in shapes.items()},
        "claim": {f"claims{n}": {"check": "garipov2018_curves"} | roles for n, roles in shapes.items()},
    }


def experiments(jobs):
    """A config of about `jobs` jobs that experiments ask for, as a study of many small networks does: 300 for each network."""
    network = {"data": "spirals", "model": "mlp", "method": "sgd", "seeds": 12, "recipe": {"epochs": 20, "lr": 0.1}}
    names = [f"net{i}" for i in range(max(jobs // 300, 1))]
    asked = {f"{e}/{n}": {"network": n} for e in ASKED for n in names} | {
        f"draxler2018/bands/{n}": {"networks": [n]} for n in names
    }
    return {
        "data": {"spirals": {"source": "spirals"}},
        "network": {name: network | {"hidden": [8 + i]} for i, name in enumerate(names)},
        "experiments": asked,
    }


def planned(content):
    """The jobs of a config, and the processor time (s) in which it was planned."""
    start = time.process_time()
    return len(list(Plan(content))), time.process_time() - start


def project(folder, content):
    """The real rules in `folder`, with jobs that touch their outputs."""
    for name in ("lossland", "rules", "workflow_scripts", "profiles"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "Snakefile", folder)
    (folder / "config.yaml").write_text(content)
    common = folder / "rules" / "common.smk"
    text = common.read_text()
    if PROGRAM not in text:
        sys.exit(f"{common.relative_to(folder)} starts its jobs otherwise than by {PROGRAM!r}; change PROGRAM here too")
    common.write_text(text.replace(PROGRAM, STUB))


def record(plan, folder):
    """What the jobs would have left: files of no content, each with its record."""
    records = {}
    for job in plan:
        handed = [records[source.section, source.name] for source in job.made_from]
        own = {"spec": job.spec, "code": code_of(job.spec), "threads": 1, "device": "x86_64", "versions": {"torch": "2.11"}}
        own |= {"inputs": [digest(made_by(one)) for one in handed], "plan": job.plan}
        records[job.section, job.name] = handed_down(own, handed)
        text = json.dumps(records[job.section, job.name])
        path = folder / job.paths(plan.results)[0]
        if path.suffix == ".parquet":
            files.save_table(path, pd.DataFrame({"a": [1]}), {"a": "int64"}, ["a"], text)
        else:
            header = {"__metadata__": {"provenance": text}}
            path.write_bytes(text.encode() if path.suffix == ".json" else files.packed(header))


def timed(command, folder, repeats=1):
    """Seconds of the processor, with all that the command started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(repeats):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / repeats


def rows(device, tiny=False):
    jobs = 44 if tiny else 20_000
    content = yaml.safe_dump(config(jobs))
    start = time.process_time()
    plan = Plan(yaml.safe_load(content))
    work, read = f"{len(list(plan)):,} jobs", time.process_time() - start
    yield row(f"{work}: config read and planned", "s", read, "bar", 60, 1)
    (half, short), (whole, long) = planned(experiments(jobs // 2)), planned(experiments(jobs))
    yield row(f"{whole:,} jobs of experiments planned", "s", long, "bar", 60, 1)
    yield row(f"{whole:,} for {half:,} of them", "times as long", long / short, "bar", 2.5, 1)
    if tiny:
        return
    snakemake = [sys.executable, "-m", "snakemake", "--cores", str(CORES), "--quiet", "rules", "progress", "host"]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        project(folder, content)
        yield row(f"{work}: dry run, nothing there", "s", timed([*snakemake, "-n"], folder), "bar", 40, 1)
        whole = timed(snakemake, folder)
        record(plan, folder)
        yield row(f"{work}: dry run, all there", "s", timed([*snakemake, "-n"], folder), "bar", 40, 1)
        alone = timed(["bash", "-c", "set -euo pipefail; touch output; : network"], folder, repeats=200)
    yield row("a job beside its work", "ms", 1000 * (whole / len(list(plan)) - alone), "bar", 20, 1)
    yield row(f"{work}: memory", "MB", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, "bar", 600, 1)
