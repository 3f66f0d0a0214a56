"""GPUs are pretended: jobs hold them as real ones, and none is held twice at a time."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise

import pytest
import yaml
from conftest import ROOT, snakemake

JOB = """
import os, sys, time
from lossland.workflow import gpu_slots
gpu_slots.PATIENCE = 0.3
with gpu_slots.lease(int(sys.argv[1])):
    print(os.environ["CUDA_VISIBLE_DEVICES"], time.monotonic(), end=" ", flush=True)
    time.sleep(float(sys.argv[2]))
    print(time.monotonic(), end="", flush=True)
"""


def _start(seconds, folder, visible="0,1,2", gpus=1):
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": visible, "TMPDIR": str(folder)}
    environment.pop("SLURM_JOB_ID", None)
    arguments = [sys.executable, "-c", JOB, str(gpus), str(seconds)]
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_fifty_jobs_on_four_devices_and_some_killed_never_overlap(tmp_path):
    """Every fifth is killed with -9 at a random moment; what it had held until then counts as held."""
    seed = int(os.environ.get("LOSSLAND_TEST_SEED", time.time_ns()))
    print("seed", seed)
    moments = random.Random(seed)
    jobs, killed = [], {}
    for i in range(50):
        jobs.append(_start(0.1, tmp_path, visible="0,1,2,3"))
        if i % 5 == 4:
            time.sleep(moments.uniform(0, 0.4))
            killed[i - 2] = time.monotonic()  # before the next may have it
            jobs[i - 2].send_signal(signal.SIGKILL)
    held = {}
    for i, job in enumerate(jobs):
        device, *times = job.communicate(timeout=120)[0].split() or [None]
        times += [killed[i]] if len(times) == 1 else []
        held.setdefault(device, []).append(tuple(map(float, times)))
        assert job.returncode in ((0, -signal.SIGKILL) if i in killed else (0,))
    assert {"0", "1", "2", "3"} <= held.keys()
    for device, times in held.items():
        assert device is None or all(end <= start for (_, end), (start, _) in pairwise(sorted(times)))


def test_a_killed_holder_frees_its_device_and_who_waits_says_for_what(tmp_path):
    holder = _start(100, tmp_path, visible="7")
    holder.stdout.read(1)
    waiting = _start(0, tmp_path, visible="7")
    assert "waits for a GPU: other jobs of yours hold 7" in waiting.stderr.readline()
    assert waiting.poll() is None
    holder.kill()
    assert waiting.communicate(timeout=120)[0].startswith("7")
    assert list(own_folder_of(tmp_path).iterdir()) == [], "nothing is left behind"


def test_what_killed_jobs_have_left_is_removed(tmp_path):
    holder = _start(100, tmp_path, visible="7")
    holder.stdout.read(1)
    holder.kill()
    holder.wait()
    assert [file.name for file in own_folder_of(tmp_path).iterdir()] == ["gpu--7"]
    _start(0, tmp_path, visible="8").wait()
    assert list(own_folder_of(tmp_path).iterdir()) == []


def test_a_folder_that_others_may_write_is_refused(tmp_path):
    own_folder_of(tmp_path).mkdir()
    own_folder_of(tmp_path).chmod(0o777)
    assert "is not a folder that only you can use" in _start(0, tmp_path).communicate()[1]
    own_folder_of(tmp_path).rmdir()
    own_folder_of(tmp_path).symlink_to(tmp_path)
    assert "is not a folder that only you can use" in _start(0, tmp_path).communicate()[1]


def own_folder_of(folder):
    return folder / f"lossland-{os.getuid()}"


def test_without_a_device_or_a_wish_for_one_it_is_the_cpu(tmp_path):
    for asked in ({"visible": ""}, {"visible": "-1"}, {"gpus": 0}):
        assert _start(0, tmp_path, **asked).communicate()[0].startswith(" ")


@pytest.mark.parametrize(("request_", "asked"), [(None, "gpu=1, gres="), ("gpu:a100:1", "gpu=0, gres=gpu:a100:1"), ("none", "gpu=0, gres=")])  # fmt: skip
def test_a_line_of_the_profile_says_how_jobs_ask_for_a_gpu(tmp_path, request_, asked):
    """As --gpus, as --gres, which SLURM's executor takes only without the other, or not at all: then they use none."""
    resources = {"mem_mb": 1000} | ({"gpu_request": request_} if request_ else {})
    (tmp_path / "profile.yaml").write_text(yaml.safe_dump({"default-resources": resources}))
    network = {"data": "spirals", "model": "mlp", "method": "sgd", "seeds": 2, "recipe": {"epochs": 1, "lr": 0.1}}
    config = {"results": "results", "data": {"spirals": {"source": "spirals"}}, "network": {"net": network}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    status, output = snakemake(
        tmp_path, "-n", "-p", "-s", str(ROOT / "Snakefile"), "--workflow-profile", str(tmp_path / "profile.yaml")
    )
    assert status == 0, output
    assert output.count(asked) >= 2
    assert Counter(word for line in output.splitlines() for word in re.findall(r"--gpu \d", line)).most_common(1) == [
        (f"--gpu {int(request_ != 'none')}", 2)
    ]
