"""The published numbers of Draxler et al. 2018 are numbers, each with one key, a source and a status."""

import numpy as np
import pytest

from lossland.papers.published import numbers


def test_numbers_each_with_one_key_and_a_status():
    rows = numbers("draxler2018", remembered=True)
    assert len(rows) == 16 + 4, "two ranges, and two epochs each with its share of the training"
    assert np.isfinite(rows["value"]).all()
    assert set(rows["status"]) == {"confirmed", "digitised", "secondary"}
    assert rows["source"].str.len().gt(10).all()
    assert not rows.duplicated(["table", "arch", "dataset", "method", "setting", "metric"]).any()


def test_the_mean_saddle_lies_among_the_digitised_edges():
    rows = numbers("draxler2018", table="Evaluate.ipynb", arch="ResNet-20").set_index("metric")
    low, high = rows.loc[["saddle_train_loss_min", "saddle_train_loss_max"], "value"]
    mean, deviation = rows.loc["saddle_train_loss", ["value", "std"]].astype(float)
    assert low < mean - deviation < mean + deviation < high
    assert rows.loc["train_loss", "value"] < low


def test_ranges_are_in_order():
    ratio = numbers("draxler2018", metric=["length_ratio_min", "length_ratio_max"]).set_index("metric")["value"]
    assert ratio.to_dict() == {"length_ratio_min": 1.5, "length_ratio_max": 2.5}
    shares = numbers("draxler2018", table="fig6").pivot(index="arch", columns="metric", values="value")
    assert shares["share_of_training"].between(0, 1).all()
    # steps * batch / 60,000 epochs in all
    assert (shares["epoch"] / shares["share_of_training"]).to_dict() == pytest.approx(
        {"DenseNet-100-12-BC": 250_000 * 64 / 60_000, "ResNet-56": 64_000 * 128 / 60_000}, rel=0.02
    )
