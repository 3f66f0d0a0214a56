"""Read, download or draw a dataset and keep it as one file: results/data/<name>.safetensors."""

import os
from functools import partial

from lossland import job, store


def work(job):
    arrays = job.plugin.load(os.environ.get("LOSSLAND_DATA", "data"), **job.options)
    store.save_arrays(job.out[0], arrays, job.provenance)


main = partial(job.run, work)

if __name__ == "__main__":
    main()
