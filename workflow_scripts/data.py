"""Read, download or draw a dataset and keep it as one file: results/data/<name>.safetensors."""

from functools import partial

import this_checkout  # noqa: F401

from lossland.workflow import run, store


def work(job):
    arrays = job.function(job.data_root, **job.options)
    if few := job.spec.get("few"):
        arrays = store.cut(arrays, few)
    store.save_arrays(job.out[0], arrays, job.provenance)


main = partial(run.run, work)

if __name__ == "__main__":
    main()
