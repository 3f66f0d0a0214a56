"""Judge all claims of a paper, or of one's own: results/verdict/<paper>.parquet and .csv."""

from functools import partial

import pandas as pd
import this_checkout  # noqa: F401

from lossland.statistics import verdicts
from lossland.workflow import files, run


def work(job):
    claims = []
    for entry in job.inputs["claims"]:
        ((paper, subject),) = entry["names"]
        claims.append(files.load_table(job.path(entry)).assign(paper=paper, subject=subject))
    judged = job.function(pd.concat(claims, ignore_index=True), **job.options)
    files.save_table_and_csv(job.out, judged, verdicts.JUDGED, verdicts.JUDGED_KEY, job.provenance)


main = partial(run.run, work)

if __name__ == "__main__":
    main()
