"""Judge all claims at once: results/verdict/all.parquet, or a paper's of them; and to be read .csv, .rst and .html."""

from functools import partial

import pandas as pd
import this_checkout  # noqa: F401

from lossland.statistics import verdicts
from lossland.workflow import artifacts, files, run


def work(job):
    (entries,) = job.inputs.values()
    judged = job.function(pd.concat([_of(job, entry) for entry in entries], ignore_index=True), **job.options)
    parquet, csv, *readable = job.out
    caption = "\n\n".join([job.plugin.__doc__, verdicts.RULE, *verdicts.counted(judged)])
    artifacts.save(readable, verdicts.readable(judged), caption, job.provenance)
    artifacts.save([csv], judged, caption, job.provenance)
    files.save_table(parquet, judged, verdicts.JUDGED, verdicts.JUDGED_KEY, job.provenance)


def _of(job, entry):
    """The rows of a table; of claims with their paper and subject."""
    rows = files.load_table(job.path(entry))
    for paper, subject in entry.get("names", ()):
        rows = rows.assign(paper=paper, subject=subject)
    return rows


main = partial(run.run, work)

if __name__ == "__main__":
    main()
