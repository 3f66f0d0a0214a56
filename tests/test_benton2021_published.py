"""The published numbers of Benton et al. 2021 are numbers, each with one key, a source and a status, and agree with one another."""

import numpy as np
import pytest

from lossland.papers.published import numbers

KINDS = {"deep ensemble": 1, "1-simplex": 2, "2-simplex": 3}  # vertices of a component


def _figure8(**where):
    rows = numbers("benton2021", table="Figure 8", arch="VGG16", **where)
    return rows.assign(n=rows["setting"].str.extract(r"^(\d) components$", expand=False).astype(int))


def test_numbers_each_with_one_key_and_a_status():
    rows = numbers("benton2021", remembered=True)
    assert np.isfinite(rows["value"]).all()
    assert set(rows["status"]) == {"digitised", "derived", "secondary"}
    assert rows["source"].str.len().gt(10).all()
    assert not rows.duplicated(["table", "arch", "dataset", "method", "setting", "metric"]).any()


@pytest.mark.parametrize("dataset", ["CIFAR-10", "CIFAR-100"])
def test_figure_8_has_every_number_of_components(dataset):
    errors = _figure8(dataset=dataset, metric="test_error_percent").pivot(index="n", columns="method", values="value")
    assert errors.index.tolist() == [*range(1, 9)]
    assert set(errors) == set(KINDS)
    assert errors.notna().all(axis=None)
    assert (errors.loc[8] < errors.loc[1]).all()


def test_seconds_are_those_of_three_hundred_epochs_and_fifty_for_each_vertex():
    rows = _figure8(metric="seconds")
    assert set(rows["dataset"]) == {"CIFAR-10"}
    epochs = 300 + 50 * (rows["method"].map(KINDS) - 1)
    assert (rows["value"] / rows["n"] / epochs).to_numpy() == pytest.approx(6220 / 300, rel=0.01)


def test_the_text_agrees_with_the_figure():
    said = numbers("benton2021", table="Section 5").set_index("method")["value"]
    drawn = _figure8(dataset="CIFAR-10", metric="test_error_percent", setting="3 components").set_index("method")["value"]
    assert said.to_dict() == drawn[said.index].round(1).to_dict()


def test_volumes_and_complexes_are_numbers_of_their_own():
    volume = numbers("benton2021", table="Figure 5").set_index("metric")["value"]
    assert volume.to_dict() == {
        "volume_highest": 1e5, "volume_at_11": 1e-4, "train_accuracy_percent_min": 98, "dimension_min": 10,
    }  # fmt: skip
    shape = numbers("benton2021", table="Figure 4", setting="right").set_index("metric")["value"]
    assert shape.to_dict() == {"modes": 7, "connectors": 9, "simplexes": 12}
    assert len(numbers("benton2021", table="Figure 7", metric="lambda")) == 3


def test_nothing_is_confirmed_of_fort_and_jastrzebski():
    assert numbers("fort_jastrzebski2019", remembered=True).empty
