"""data -> network -> subspace -> table -> figure -> claim -> verdict -> report: one rule file, one script each."""

import os
import re
import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.12")

# the snakemake of an environment runs the python of that environment
sys.path.insert(0, workflow.basedir)
os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

# what a job frees stays with its process: Linux would clear the pages of large tensors anew at each pass of a network
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(1 << 25))
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(1 << 28))

from lossland.workflow import live, retries, workers
from lossland.workflow.configfile import keep_resolved, planned, refuse_absent
from lossland.workflow.gpu_slots import devices
from lossland.workflow.staleness import let_records_decide
from lossland.workflow.summary import Summary
from lossland.workflow.validation import ConfigError

# a config of the command line stands alone; Snakemake's own `config` drops names that stand twice, and is not used
settings = workflow.config_settings
try:
    PLAN = planned(settings.configfiles, settings.config_args or (), workflow.basedir)
except ConfigError as error:
    sys.exit(str(error))

os.environ["LOSSLAND_DATA"] = str(PLAN.data_root)


end_of_view = live.attach(workflow, PLAN.results)

# as many jobs on GPUs at a time as there are; without any, the cores are the limit
if devices() and "gpu" not in workflow.global_resources:
    workflow.global_resources["gpu"] = len(devices())

let_records_decide(workflow, PLAN, lambda: refuse_before_hours())
retries.only_if_it_may_help()


pathvars:
    results=PLAN.results,


include: "rules/common.smk"
include: "rules/data.smk"
include: "rules/network.smk"
include: "rules/subspace.smk"
include: "rules/table.smk"
include: "rules/figure.smk"
include: "rules/claim.smk"
include: "rules/verdict.smk"
include: "rules/report.smk"


rule all:
    """Everything that the config names."""
    default_target: True
    input:
        everything,


for target, jobs in PLAN.targets.items():

    rule:
        name:
            target
        input:
            [f for job in jobs for f in files(job)],


onstart:
    record()
    if workflow.local_exec:
        # a limit of their rate leaves a timer behind each job, which runs the whole scheduler every second from then on
        workflow.scheduler.job_rate_limiter = None
    if workflow.local_exec and not workflow.touch:
        workers.attach(workflow, PLAN, STARTED)


onsuccess:
    end_of_view()
    print(closing_words())


onerror:
    end_of_view()
    print(closing_words(failed=True))
