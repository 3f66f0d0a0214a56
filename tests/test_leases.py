"""GPUs are pretended: jobs hold them as real ones, and no slot is held twice at a time."""

import os
import random
import signal
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from lossland.workflow.gpu_slots import slots

JOB = """
import os, sys, time
from lossland.workflow.gpu_slots import lease
wanted = int(sys.argv[2])
with lease(int(sys.argv[1]), wanted or None):
    print(os.environ["CUDA_VISIBLE_DEVICES"], time.monotonic(), end=" ", flush=True)
    time.sleep(float(sys.argv[3]))
    print(time.monotonic(), end="", flush=True)
"""


def _start(wanted, seconds, folder, visible="0,1,2", every=1, gpus=1):
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": visible, "TMPDIR": str(folder), "LOSSLAND_SLOTS": str(every)}
    environment.pop("SLURM_JOB_ID", None)
    arguments = [sys.executable, "-c", JOB, str(gpus), str(wanted), str(seconds)]
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True)


def test_fifty_jobs_on_four_devices_and_some_killed_never_overlap(tmp_path):
    """Every fifth is killed with -9 at a random moment; what it had held until then counts as held."""
    seed = int(os.environ.get("LOSSLAND_TEST_SEED", time.time_ns()))
    print("seed", seed)
    moments = random.Random(seed)
    jobs, killed = [], {}
    for i in range(50):
        jobs.append(_start(0, 0.1, tmp_path, visible="0,1,2,3"))
        if i % 5 == 4:
            time.sleep(moments.uniform(0, 0.4))
            jobs[i - 2].send_signal(signal.SIGKILL)
            killed[i - 2] = time.monotonic()
    held = {}
    for i, job in enumerate(jobs):
        device, *times = job.communicate(timeout=120)[0].split() or [None]
        times += [killed[i]] if len(times) == 1 else []
        held.setdefault(device, []).append(tuple(map(float, times)))
        assert job.returncode in ((0, -signal.SIGKILL) if i in killed else (0,))
    assert {"0", "1", "2", "3"} <= held.keys()
    for device, times in held.items():
        assert device is None or all(end <= start for (_, end), (start, _) in pairwise(sorted(times)))


def test_small_jobs_share_a_card_and_a_whole_one_is_alone_on_it(tmp_path):
    """Three slots on each of two cards: single slots, pairs, whole cards."""
    jobs = [_start((1, 2, 0, 1)[i % 4], 0.3, tmp_path, visible="0,1", every=3) for i in range(24)]
    held = [(*job.communicate(timeout=120)[0].split(), (1, 2, 3, 1)[i % 4]) for i, job in enumerate(jobs)]
    most = 0
    for device in "01":
        spans = [(float(a), float(b), n) for d, a, b, n in held if d == device]
        for moment, _, _ in spans:
            together = [n for a, b, n in spans if a <= moment < b]
            most = max(most, len(together))
            assert sum(together) <= 3, "more slots were held than there are"
    assert most > 1, "no two jobs ever shared a card"


def test_a_stream_of_small_jobs_does_not_keep_a_whole_one_out(tmp_path):
    small = [_start(1, 0.6, tmp_path, visible="0", every=2) for _ in range(2)]
    for job in small:
        job.stdout.read(1)
    whole = _start(0, 0, tmp_path, visible="0", every=2)
    time.sleep(0.3)
    small += [_start(1, 0.6, tmp_path, visible="0", every=2) for _ in range(12)]
    ends = sorted(float(job.communicate(timeout=120)[0].split()[-1]) for job in small)
    assert float(whole.communicate(timeout=120)[0].split()[1]) < ends[-3]


def test_a_killed_holder_frees_its_device(tmp_path):
    holder = _start(0, 100, tmp_path, visible="7")
    holder.stdout.read(1)
    waiting = _start(0, 0, tmp_path, visible="7")
    time.sleep(0.5)
    assert waiting.poll() is None
    holder.kill()
    assert waiting.communicate(timeout=10)[0].startswith("7")


def test_without_a_device_or_a_wish_for_one_it_is_the_cpu(tmp_path):
    assert _start(0, 0, tmp_path, visible="").communicate()[0].startswith(" ")
    assert _start(0, 0, tmp_path, visible="-1").communicate()[0].startswith(" ")
    assert _start(0, 0, tmp_path, gpus=0).communicate()[0].startswith(" ")


def test_slots_are_all_unless_a_job_wants_fewer(monkeypatch):
    monkeypatch.delenv("LOSSLAND_SLOTS", raising=False)
    assert slots() == slots(5) == 1
    monkeypatch.setenv("LOSSLAND_SLOTS", "4")
    assert (slots(), slots(2), slots(9)) == (4, 2, 4)
    monkeypatch.setenv("LOSSLAND_SLOTS", "0")
    with pytest.raises(ValueError, match="LOSSLAND_SLOTS is '0'"):
        slots()
