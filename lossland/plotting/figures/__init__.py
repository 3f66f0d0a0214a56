"""Figures of any table, one a file: `draw(*, ...) -> Figure`."""
