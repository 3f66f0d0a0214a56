"""What the figures of Fort et al. 2019 (arXiv 1912.02757) say of how well networks were trained."""

from lossland.statistics.tables import by_label, pick


def train_errors(table) -> dict[str, float]:
    """label -> the mean train error of the networks of a `landscape` table."""
    return {label: rows["value"].mean() for label, rows in by_label(pick(table, split="train", quantity="error")).items()}
