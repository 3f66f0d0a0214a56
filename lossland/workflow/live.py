"""What Snakemake says while it runs, in few lines: jobs done of all, those at work with their epoch and loss, failures.

On a terminal a panel (`screen.py`), elsewhere a line now and then. Snakemake's own words are all in its log file, and on
the terminal with -p or --verbose. What a job is doing is the last line of its log file, wherever it runs.
"""

import logging
import os
import re
import sys
import textwrap
import time
from collections import Counter
from contextlib import suppress
from threading import RLock, Thread

from lossland.workflow.progress import Progress, duration
from lossland.workflow.screen import BLUE, DIM, GREEN, RED, Screen

DRAW_EVERY, PRINT_EVERY = 0.5, 60.0  # seconds between panels, and between lines without a terminal
MOST, WIDTH = 8, 100  # jobs at work in the panel; columns of a dry run
NOISE = ("Building DAG", "Using shell", "Group jobs: inactive", "Exiting because a job execution failed", "Elapsed time")
DURING = ("Terminating", "Will exit")  # of what is said besides events while jobs run, the user wants to know


def attach(workflow, results):
    """A view in place of what Snakemake prints, unless that was asked for or this is a job of a cluster.

    Returns what ends the view, for who has more to print.
    """
    from snakemake.logging import logger

    settings = workflow.output_settings
    own = next((handler for handler in logger.handlers if handler.name == "DefaultStreamHandler"), None)
    if not workflow.is_main_process or not own or settings.verbose or settings.printshellcmds or settings.debug_dag:
        return lambda: None
    own.nocolor = own.nocolor or bool(os.environ.get("NO_COLOR"))  # of which Snakemake knows nothing
    logger.removeHandler(own)
    logger.addHandler(view := View(own, workflow, results))
    return view.end


class View(logging.Handler):
    """A handler of Snakemake's log; it hands what is not an event to Snakemake's `own` handler."""

    def __init__(self, own, workflow, results):
        super().__init__()
        self.own, self.workflow, self.results = own, workflow, results
        self.quiet = {str(kind) for kind in workflow.output_settings.quiet or ()}
        self.screen = self.progress = None
        self.during = False
        self._drawing = RLock()  # not the handler's: what it hands on may have to wait for the reader of the pipe

    def emit(self, record):
        try:
            with self._drawing:
                hand_on = getattr(self, f"_on_{getattr(record, 'event', None) or 'words'}", lambda _: False)(record)
            if hand_on:
                self.own.handle(record)
        except Exception:  # a run does not end for its view
            self.handleError(record)

    def _on_words(self, record):
        text = str(record.msg or "").strip()
        during = self.during and record.levelno == logging.INFO
        if self.during and text.startswith("Terminating"):
            self.progress.stopped = True
        again = re.match(r"Trying to restart job (\d+)", text)
        if again and self.screen and (job := self.progress.again(int(again[1]))):
            self.screen.print(f"{job.title}: is tried again")
        return text and not text.startswith(NOISE) and (not during or text.startswith(DURING))

    def _on_run_info(self, record):
        """The jobs are known, and begin."""
        if self.progress:  # a dry run tells of them again at its end
            return
        self.during = True
        self.progress = Progress(self.workflow.dag.needrun_jobs(), self.results)
        if self.workflow.dryrun:
            print(self._listed(), file=self.own.stream)
            return
        self.screen = Screen(self.own.stream, not self.own.nocolor)
        if not self.quiet:
            log = ", ".join(os.path.relpath(path) for path in self.workflow.logger_manager.get_logfile())
            self.screen.print(f"{self._counted()}; all that Snakemake says is in {log}")
        Thread(target=self._watch, args=(self.screen,), daemon=True).start()

    def _on_job_info(self, record):
        if self.screen:
            self.progress.begin(record.jobid)

    def _on_job_finished(self, record):
        self.progress.finish(record.job_id)

    def _on_job_error(self, record):
        if not self.screen:
            return True
        self._hear()
        job = self.progress.fail(record.jobid)
        if job and job.status == "failed" and (sentence := job.why(record.rule_msg, record.indent)):
            self.screen.print(f"{job.title}: {sentence} ({job.log})", RED)
        return not job

    def _on_error(self, record):
        """For a command that failed Snakemake prints the command; `_on_job_error` says why."""
        return not (self.progress and self.progress.ended(record.getMessage()))

    def _watch(self, screen):
        printed = time.monotonic()
        while True:
            time.sleep(DRAW_EVERY)
            with self._drawing:
                if self.screen is not screen:
                    return
                self._hear()
                with suppress(Exception):  # who does not read the pipe stops the run
                    self.progress.look()
                    if screen.live and not self.quiet:
                        screen.draw(self._panel(screen.size[1]))
                    elif not self.quiet and time.monotonic() - printed > PRINT_EVERY:
                        printed = time.monotonic()
                        screen.print(self._line())

    def _hear(self):
        for line in self.screen.heard():
            if not self.progress.hear(line):
                self.screen.print(line)

    def end(self):
        """The last word of the view; what follows is printed as ever."""
        with self._drawing:
            if not self.screen:
                return
            self._hear()
            screen, self.screen, self.during = self.screen, None, False
            rest = screen.close()
        for line in rest:
            if not self.progress.hear(line):
                print(line, file=sys.stderr)
        if not self.quiet:
            print(self._ending(), file=self.own.stream, flush=True)

    def close(self):
        self.end()
        super().close()

    def _counted(self):
        return f"{len(self.progress.jobs)} jobs: {', '.join(f'{of} {stage}' for stage, of, *_ in self.progress.stages())}"

    def _listed(self):
        """What a dry run says: the rules of each stage with their number of jobs."""
        rules = Counter((job.stage, job.rule) for job in self.progress.jobs.values()).most_common()
        lines = [f"Would run {self._counted()}."]
        for stage, *_ in self.progress.stages():
            found = ", ".join(rule if n == 1 else f"{n} {rule}" for (of, rule), n in rules if of == stage)
            lines += textwrap.wrap(f"{stage:9} {found}", WIDTH, subsequent_indent=" " * 10, break_long_words=False)
        return "\n".join([*lines, "python -m lossland why tells the reasons; snakemake -n -p lists every job."])

    def _line(self):
        done = ", ".join(f"{done} of {of} {stage}" for stage, of, done, _ in self.progress.stages())
        doing = [f"{job.title}: {job.doing}" for job in self.progress.running if job.doing][:3]
        return "; ".join([f"done: {done}", *doing, *filter(None, [self.progress.left])])

    def _panel(self, rows):
        """Stages, then as many of the jobs at work as there is room for, those first that say what they do."""
        lines = []
        for stage, of, done, failed in self.progress.stages():
            full, empty = self.screen.bar(done / of)
            lost = f", {failed} failed" if failed else ""
            lines.append([(f"{stage:9} ", None), (full, GREEN), (empty, DIM), (f" {done} of {of}", None), (lost, RED)])
        at_work = sorted(self.progress.running, key=lambda job: not job.doing)
        shown = at_work[: max(min(rows - len(lines) - 1, MOST), 0)]
        for job in shown:
            doing = job.doing or duration(time.monotonic() - job.began)
            lines.append([(f"  {job.title}  ", BLUE), (doing, None)])
        more = len(at_work) - len(shown)
        words = [f"and {more} more at work or in the queue" if more else "", self.progress.left]
        return [*lines, [("  " + ", ".join(filter(None, words)), None)]]

    def _ending(self):
        total = Counter(job.status for job in self.progress.jobs.values())
        done, failed, of = total["done"], total["failed"], total.total()
        words = f"{done} of {of} jobs done in {duration(time.monotonic() - self.progress.started)}"
        return words + "".join(f", {n} {how}" for n, how in ((failed, "failed"), (of - done - failed, "not done")) if n)
