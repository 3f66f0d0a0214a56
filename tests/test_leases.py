"""GPUs are pretended: jobs hold them as real ones, and no two jobs hold one at a time."""

import os
import subprocess
import sys
import time
from itertools import pairwise

JOB = """
import os, sys, time
from lossland.leases import lease
with lease(int(sys.argv[1])):
    device = os.environ["CUDA_VISIBLE_DEVICES"]
    print(device, time.monotonic(), end=" ", flush=True)
    time.sleep(float(sys.argv[2]))
    print(time.monotonic())
"""


def _start(wanted, seconds, folder, visible="0,1,2"):
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": visible, "TMPDIR": str(folder)}
    environment.pop("SLURM_JOB_ID", None)
    return subprocess.Popen(
        [sys.executable, "-c", JOB, str(wanted), str(seconds)], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_no_device_is_held_twice_at_a_time(tmp_path):
    held = [job.communicate()[0].split() for job in [_start(1, 0.1, tmp_path) for _ in range(20)]]
    assert {device for device, *_ in held} == {"0", "1", "2"}
    for device in "012":
        times = sorted((float(a), float(b)) for d, a, b in held if d == device)
        assert all(end <= start for (_, end), (start, _) in pairwise(times))


def test_a_killed_holder_frees_its_device(tmp_path):
    holder = _start(1, 100, tmp_path, visible="7")
    holder.stdout.read(1)
    waiting = _start(1, 0, tmp_path, visible="7")
    time.sleep(0.5)
    assert waiting.poll() is None
    holder.kill()
    assert waiting.communicate(timeout=10)[0].startswith("7")


def test_without_a_device_or_a_wish_for_one_it_is_the_cpu(tmp_path):
    assert _start(1, 0, tmp_path, visible="").communicate()[0].startswith(" ")
    assert _start(0, 0, tmp_path).communicate()[0].startswith(" ")
