"""Work that is stopped as it saves itself, and begun again, as often as it takes."""

from dataclasses import replace

from lossland.landscape.checkpoint import Journal
from lossland.workflow.store import DiskJournal


class Interrupted(Journal):
    """Saves at every step, and stops after a number of saves."""

    def __init__(self, disk, after):
        self.disk, self.after = disk, after

    def part(self, kind):
        return Interrupted(self.disk.part(kind), self.after)

    def load(self):
        return self.disk.load()

    def due(self):
        self.after -= 1
        return True

    def save(self, state):
        self.disk.save(state)
        if self.after == 0:
            raise KeyboardInterrupt

    def rows(self, *shape):
        return self.disk.rows(*shape)


def resumed(build, problem, folder, after=1, more=0):
    """What `build(problem)` makes at last, stopped after so many saves, and `more` of them each time; it is stopped at least once."""
    for stops in range(100):
        try:
            made = build(replace(problem, journal=Interrupted(DiskJournal(folder), after + more * stops)))
        except KeyboardInterrupt:
            continue
        assert stops
        return made
    raise AssertionError("it never ends")
