"""One probe a file: `measure(problem, subspace, *, ...)` or `measure(table, *, ...)`, a DataFrame of its SCHEMA."""
