"""The user's own files that jobs read and that are not there: told before anything runs, not when their turn comes."""

from lossland.checking import ConfigError, built
from lossland.workflow.configfile import located


def refuse_absent(plan, jobs):
    """Raises ConfigError if a file or folder that the options of these jobs name is not below data_root."""
    for job in jobs:
        where, own = f"{job.section}.{job.name}", []
        built(job.plugin.options, job.options, where, root=plan.data_root, own=own)
        for kind, path in own:
            if not path.exists():
                error = f"{where}: there is no {kind} {path}; set data_root, or LOSSLAND_DATA, to the folder that holds it"
                raise located(plan.read_from, ConfigError(f"{error}, or choose targets that do without"))
