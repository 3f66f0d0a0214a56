"""The pages of the report: `write(made, *, ...)` returns the files of one, by their names."""
