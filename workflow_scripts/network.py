"""Train a network: results/network/<name>.safetensors, its trajectory."""

from functools import partial

import this_checkout  # noqa: F401

from lossland.workflow import assemble, run, store


def work(job):
    network = job.function(assemble.problem(job), [], **job.options)
    store.save_subspace(job.out[0], network, job.provenance)


main = partial(run.run, work)

if __name__ == "__main__":
    main()
