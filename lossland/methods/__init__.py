"""One method a file: `build(problem, sources, *, ...) -> Subspace`."""
