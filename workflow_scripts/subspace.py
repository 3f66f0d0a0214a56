"""Build a subspace from networks and other subspaces: results/subspace/<name>.safetensors."""

from functools import partial

import this_checkout  # noqa: F401

from lossland.workflow import assemble, run, store


def work(job):
    problem = assemble.problem(job)
    sources = [assemble.subspace(job, problem, entry) for entry in job.inputs["sources"]]
    subspace = job.function(problem, sources, **job.options)
    store.save_subspace(job.out[0], subspace, job.provenance)


main = partial(run.run, work)

if __name__ == "__main__":
    main()
