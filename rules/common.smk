"""What the rules share. IN: the checked config (`PLAN`). OUT: functions of wildcards for inputs, parameters, resources."""

import shlex
from contextlib import suppress
from inspect import signature


def quoted(path):
    """A path as a word of a command that Snakemake formats twice."""
    return shlex.quote(os.path.relpath(path)).replace("{", "{{{{").replace("}", "}}}}")


STARTED = "exec python "
PROGRAM = STARTED + quoted(workflow.basedir) + "/workflow_scripts/{}.py"
DEFAULTS = workflow.resource_settings.default_resources or {}  # of the profile
GPU_REQUEST = str(DEFAULTS["gpu_request"].raw).strip("'") if "gpu_request" in DEFAULTS else ""
COMMAND = PROGRAM + " --spec {{params.spec:q}} --code {{params.code}} --threads {{threads}} --log {{log:q}} --out {{output:q}}"


def files(job):
    return job.paths("<results>")


def made_from(job):
    """The files that a job is made from, in the order of its spec."""
    return [files(source)[0] for source in job.sources]


def by_name(section, of):
    """`of(job)` as a function of wildcards. Its signature is kept, for Snakemake looks it up at every call."""

    def value(wildcards):
        return of(PLAN[section][wildcards.name])

    value.__signature__ = signature(value)
    return value


def inputs_of(section):
    return by_name(section, made_from)


def data_of(section):
    """The dataset of a job's networks; none for a table that is made from tables."""
    return by_name(section, lambda job: files(job.setting.data) if job.setting else [])


def spec_of(section):
    return by_name(section, lambda job: job.canonical)


def code_of(section):
    return by_name(section, lambda job: job.code)


def asked(job, name):
    """What a job asks of a machine; a GPU as `gres` of SLURM, or not at all, if the profile says so as `gpu_request`."""
    if name == "gres":  # one for all jobs of a group, which shares an allocation
        return GPU_REQUEST if GPU_REQUEST not in ("", "none") and (job.resources["gpu"] or group_of(job)) else ""
    return 0 if name == "gpu" and GPU_REQUEST else job.resources[name]


def gpu_of(section):
    """How many GPUs a job uses, however it asks for them."""
    return by_name(section, lambda job: 0 if GPU_REQUEST == "none" else job.resources["gpu"])


def resource(section, plugin, name):
    """A resource of the jobs of a rule, a plain value if they agree; memory and time grow with each retry."""
    numbers = {asked(job, name) for job in PLAN[section].values() if job.plugin.rule == plugin}
    grows = name in ("mem_mb", "runtime") and getattr(workflow.execution_settings, "retries", 0)  # a dry run has no settings

    def value(wildcards, attempt):
        value = asked(PLAN[section][wildcards.name], name)
        return value * attempt if grows else value

    value.__signature__ = signature(value)
    return value if grows or len(numbers) > 1 else numbers.pop()


def group_of(job):
    """Tables that ask for nothing special share an allocation of a cluster, with the tables that they are made from.

    Shards do not: they are there to be measured at the same time.
    """

    def ordinary(job):
        special = "resources" in job.aside or job.shard or job.shards
        return not special and all(ordinary(entry.source) for entry in job.inputs.get("table", []))

    # the executor is not known before the jobs are
    return "probe" if workflow.non_local_exec and ordinary(job) and job.section == "table" else None


def names_with(section, plugin):
    """Wildcard constraint: the names of the stanzas of a section that use a plug-in, with their instances."""
    stanzas = {job.stem for job in PLAN[section].values() if job.plugin.rule == plugin}
    return f"({'|'.join(map(re.escape, sorted(stanzas)))})(/[^/]+)?"


def plugins_of(section):
    return sorted({job.plugin.rule for job in PLAN[section].values()})


def everything(wildcards):
    """The files of all jobs. The DAG is built even if nothing is to be done: the moment to restore the resolved config."""
    runs = workflow.executor_plugin and not workflow.dryrun and workflow.is_main_process
    if runs and Path(PLAN.results).is_dir() and not Path(f"{PLAN.results}/resolved.yaml").exists():
        with suppress(WorkflowError):  # results that may only be read
            record()
    return [f for job in PLAN.default for f in files(job)]


def refuse_before_hours():
    """What would fail in the end fails now: the user's own files that are to be read, and are not there. A dry run tells it."""
    if not (workflow.executor_plugin and workflow.is_main_process):  # a report runs nothing
        return
    made = {file: job for job in PLAN for file in job.paths(PLAN.results)}
    try:
        refuse_absent(PLAN, {made[file]: None for job in workflow.dag.needrun_jobs() for file in job.output if file in made})
    except ConfigError as error:
        if not workflow.dryrun:
            raise WorkflowError(str(error)) from None
        print(f"a run would be refused: {error}", file=sys.stderr)


def record():
    """Keep the resolved config beside the results."""
    try:
        keep_resolved(PLAN)
    except (OSError, ConfigError) as error:
        raise WorkflowError(str(error)) from None


def closing_words(failed=False):
    """Where to look, how many claims hold and which checks failed; if jobs failed, what is missing or of an earlier run, and why."""
    now = Summary(PLAN)
    if failed:
        from lossland.workflow.staleness import Reruns  # pandas, which planning does without

        now = Summary(PLAN, Reruns(PLAN).reasons, {f for job in workflow.dag.jobs for f in job.output})
    first = f"{PLAN.results}/report/index.html"
    lines = [first] if Path(first).exists() and not failed else [job.paths(PLAN.results)[-1] for job in now.made]
    lines += [f"FAILED CHECK: {check}" for check in now.failed_checks]
    lines += [f"{paper}: {verdicts}" for paper, verdicts in now.papers.items() if verdicts]
    lacks = {"missing": now.missing, "out of date": now.out_of_date} if failed else {}
    lines += [f"{lack}: {result}, for {'; '.join(why)}" for lack, found in lacks.items() for result, why in found.items()]
    named = {reason for found in lacks.values() for why in found.values() for reason in why}
    lines += [f"failed: {reason}" for reason in now.failed if failed and reason not in named]
    return "\n".join(["There is now:", *lines]) if lines else "Done."
