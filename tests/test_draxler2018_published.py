"""The published numbers of Draxler et al. 2018 are numbers, each with one key, a source and a status."""

import numpy as np
import pytest

from lossland.papers.published import numbers


def test_numbers_each_with_one_key_and_a_status():
    rows = numbers("draxler2018", remembered=True)
    assert np.isfinite(rows["value"]).all()
    assert set(rows["status"]) == {"confirmed", "digitised", "secondary"}
    assert rows["source"].str.len().gt(10).all()
    assert not rows.duplicated(["table", "arch", "dataset", "method", "setting", "metric"]).any()


def test_numbers_that_hang_together():
    rows = numbers("draxler2018", table="Evaluate.ipynb", arch="ResNet-20").set_index("metric")
    mean, deviation = rows.loc["saddle_train_loss", ["value", "std"]].astype(float)
    low, high = rows.loc[["saddle_train_loss_min", "saddle_train_loss_max"], "value"]
    assert rows.loc["train_loss", "value"] < low < mean - deviation < mean + deviation < high
    shares = numbers("draxler2018", table="fig6").pivot(index="arch", columns="metric", values="value")
    assert (shares["epoch"] / shares["share_of_training"]).to_dict() == pytest.approx(  # steps * batch / 60,000 epochs in all
        {"DenseNet-100-12-BC": 250_000 * 64 / 60_000, "ResNet-56": 64_000 * 128 / 60_000}, rel=0.02
    )
