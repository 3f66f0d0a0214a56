"""GPUs are pretended: jobs hold them as real ones, and none is held twice at a time."""

import os
import random
import signal
import subprocess
import sys
import time
from itertools import pairwise

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


def test_a_killed_holder_frees_its_device_and_who_waits_says_for_what(tmp_path):
    holder = _start(100, tmp_path, visible="7")
    holder.stdout.read(1)
    waiting = _start(0, tmp_path, visible="7")
    time.sleep(1)
    assert waiting.poll() is None
    holder.kill()
    told, why = waiting.communicate(timeout=10)
    assert told.startswith("7")
    assert "waits for a GPU: other jobs of yours hold 7" in why
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
