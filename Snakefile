"""data -> network -> subspace -> table -> figure -> claim: one section of the config, one rule file, one script each."""

import os
import re
import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.12")

# a config of the command line stands alone; the snakemake of an environment runs the python of that environment
if not workflow.overwrite_configfiles:

    configfile: "config.yaml"


sys.path.insert(0, workflow.basedir)
os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

from lossland.workflow import forkserver, live
from lossland.workflow.plan import ConfigError, Plan
from lossland.workflow.summary import Overview

try:
    PLAN = Plan(config)
except ConfigError as error:
    sys.exit(f"config: {error}")

if "data_root" in config:
    os.environ["LOSSLAND_DATA"] = str(config["data_root"])


end_of_view = live.attach(workflow, PLAN.results)


pathvars:
    results=PLAN.results,


include: "rules/common.smk"
include: "rules/data.smk"
include: "rules/network.smk"
include: "rules/subspace.smk"
include: "rules/table.smk"
include: "rules/figure.smk"
include: "rules/claim.smk"


rule all:
    """Everything that the config names."""
    default_target: True
    input:
        [f for job in PLAN for f in files(job)],


for target, jobs in PLAN.targets.items():

    rule:
        name:
            target
        input:
            [f for job in jobs for f in files(job)],


config["overview"] = overview  # all that the first page of the report is handed is the config


report: "rules/report.rst"


onstart:
    record(f"{PLAN.results}/config.yaml")
    # fewer jobs all begin before a server has
    if workflow.local_exec and not workflow.touch and len(workflow.dag) > workflow.cores:
        forkserver.start()


onsuccess:
    end_of_view()
    print(closing_words())


onerror:
    end_of_view()
    print(closing_words(failed=True))
