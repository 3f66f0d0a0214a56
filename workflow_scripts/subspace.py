"""Build a subspace from networks and other subspaces: results/subspace/<name>.safetensors."""

from functools import partial

from lossland import assemble, job, store


def work(job):
    sources = [store.load_subspace(path) for path in job.inputs["sources"]]
    subspace = job.plugin.build(assemble.problem(job), sources, **assemble.options(job))
    store.save_subspace(job.out[0], subspace, job.provenance)


main = partial(job.run, work)

if __name__ == "__main__":
    main()
