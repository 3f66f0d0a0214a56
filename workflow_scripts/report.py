"""Write a page of the report: results/report/<name>.html, and what it shows in results/report/files."""

from functools import partial

import this_checkout  # noqa: F401

from lossland.workflow import report, run


def work(job):
    report.write(job.out[0], job.spec, lambda file: job.path({"file": file}), job.provenance)


main = partial(run.run, work)

if __name__ == "__main__":
    main()
