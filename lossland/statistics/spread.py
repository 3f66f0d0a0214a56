"""A number over runs as two columns of a table, `name` and `name std`, which readers see as mean ± standard deviation."""


def spread(name, values) -> dict[str, float]:
    """The mean of `values` and their standard deviation (n - 1; NaN for one value)."""
    return {name: values.mean(), f"{name} std": values.std()}
