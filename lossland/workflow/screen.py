"""The terminal of a run: a panel at its foot that is drawn again and again, and above it whole lines, once each.

What jobs and Snakemake write to stderr comes through a pipe, so that no line of theirs ends up in the panel.
"""

import os
import sys
from contextlib import suppress

RED, GREEN, BLUE, DIM = 31, 32, 34, 2


class Screen:
    """Where `stream` goes; `live` only if that is a terminal which can move its cursor: elsewhere a panel is not drawn."""

    def __init__(self, stream, colour):
        self._end = os.dup(stream.fileno())
        self.live = os.isatty(self._end) and os.environ.get("TERM", "dumb") != "dumb"
        self._colour = self.live and colour
        self._dashes = "━─" if "utf" in (stream.encoding or "").lower() else "#."
        self.ear, mouth = os.pipe()
        os.set_blocking(self.ear, False)
        self._kept = {number: os.dup(number) for number in (1, 2) if number == 2 or os.isatty(number)}
        for number in self._kept:
            os.dup2(mouth, number)
        os.close(mouth)
        self._begun, self._drawn = b"", []

    @property
    def size(self):
        """Columns and lines, of which the last of each stays free."""
        try:
            columns, lines = os.get_terminal_size(self._end)
        except OSError:
            columns, lines = 0, 0
        return (columns or 80) - 1, (lines or 24) - 1

    def bar(self, part):
        """(full, empty): of a bar of 20 characters, the part that is done and the rest."""
        full = int(20 * part)
        return self._dashes[0] * full, self._dashes[1] * (20 - full)

    def heard(self):
        """The lines that were written to stderr since the last call."""
        with suppress(BlockingIOError):
            while said := os.read(self.ear, 1 << 16):
                self._begun += said
        *lines, self._begun = self._begun.split(b"\n")
        return [line.rstrip(b"\r").rpartition(b"\r")[2].decode(errors="replace") for line in lines]

    def print(self, text, colour=None):
        """Lines above the panel."""
        self._write(self._wiped() + self._painted(text, colour) + "\n")

    def draw(self, lines):
        """The panel: lines of pieces (text, colour), cut to the width of the terminal."""
        columns, rows = self.size
        wiped, self._drawn, painted = self._wiped(), [], []
        for pieces in lines[:rows]:
            room, line = columns, ""
            for text, colour in pieces:
                line += self._painted(text[:room], colour)
                room -= len(text[:room])
            painted.append(line + "\n")
            self._drawn.append(columns - room)
        self._write(wiped + "".join(painted))

    def close(self):
        """The panel goes, and stderr is what it was; returns the lines that were heard meanwhile."""
        sys.stdout.flush()
        for number, kept in self._kept.items():
            os.dup2(kept, number)
            os.close(kept)
        rest = [*self.heard(), *([self._begun.decode(errors="replace")] if self._begun else [])]
        self._write(self._wiped())
        for descriptor in (self._end, self.ear):
            os.close(descriptor)
        return rest

    def _wiped(self):
        """What takes the panel away; a terminal that has become narrower has folded its lines."""
        columns = self.size[0] + 1
        rows = sum(max(1, -(-length // columns)) for length in self._drawn)
        self._drawn = []
        return f"\x1b[{rows}F\x1b[J" if rows else ""

    def _painted(self, text, colour):
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colour and colour and text else text

    def _write(self, text):
        data = text.encode(errors="replace")
        with suppress(OSError):  # the run outlives its terminal
            while data:
                data = data[os.write(self._end, data) :]
