"""Corruptions of images in closed form, CIFAR-10-C and ImageNet-C from files, and ensembles under shift."""

import colorsys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.ndimage
import torch
from PIL import Image
from torch import nn

from lossland.data import digits, imagenet
from lossland.geometry.charts.points import Points
from lossland.inputs import corrupted_files, corruptions
from lossland.inputs.arrays import Arrays, text
from lossland.inputs.corruptions import CORRUPTIONS, corrupted
from lossland.landscape import evaluate
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.probes import ensemble, outside, shift
from lossland.rng import stream
from lossland.statistics.scores import entropy

SEVERITIES = (1, 2, 3, 4, 5)
TEMPERED = ["nll_tempered", "ece_tempered"]


def colours(n=6, side=32, seed=0):
    """Smooth images in colour, uint8 [n 3 side side]: the noise of a photograph is not that of its pixels."""
    rng = torch.Generator().manual_seed(seed)
    coarse = torch.rand(n, 3, 4, 4, generator=rng)
    x = torch.nn.functional.interpolate(coarse, size=(side, side), mode="bicubic", align_corners=False)
    return (x.clamp(0, 1) * 255).to(torch.uint8)


def constants(name):
    return CORRUPTIONS[name][1]


@pytest.fixture
def members(normalised):
    return Subspace(torch.stack([normalised.init(s) for s in range(3)]), Points(3))


@pytest.mark.parametrize("name", CORRUPTIONS)
@pytest.mark.parametrize("shape", [(7, 3, 32, 32), (7, 1, 8, 8), (7, 1, 5, 5)], ids=str)
def test_a_corruption_keeps_what_pictures_are_and_is_the_same_whenever_it_is_made(name, shape):
    if shape[1] == 1 and name in corruptions.COLOURED:
        return
    x = colours(shape[0], shape[-1])[:, : shape[1]]
    before = x.clone()
    for severity in SEVERITIES:
        made = corrupted(x, name, severity)
        assert (made.shape, made.dtype) == (x.shape, torch.uint8)
        assert torch.equal(made, corrupted(x, name, severity))
        assert torch.equal(x, before)


@pytest.mark.parametrize("name", sorted(CORRUPTIONS.keys() - corruptions.COLOURED))
def test_a_corruption_moves_pictures_further_with_each_severity(name):
    """Saturation apart, whose severities 1 and 2 lower it and whose others raise it; the pixels of `pixelate` at severity 1,
    32/30 wide, lie on the grid less well than those at 2, 32/28."""
    x = colours(40)
    apart = [(corrupted(x, name, s).double() - x.double()).square().mean().item() for s in SEVERITIES[name == "pixelate" :]]
    assert apart == sorted(apart)
    assert 0 < apart[0] < apart[-1]


def test_noise_of_two_severities_and_of_two_corruptions_differs():
    x = torch.full((10, 3, 32, 32), 128, dtype=torch.uint8)
    signs = [(corrupted(x, name, s).double() - 127.5).sign() for name in ("gaussian_noise", "speckle_noise") for s in (1, 2)]
    for i in range(4):
        for j in range(i):
            assert abs((signs[i] * signs[j]).mean()) < 0.05


@pytest.mark.parametrize("c", [0.04, 0.1])
def test_the_variance_of_noise_at_a_grey(c):
    """Gaussian c^2, speckle (g c)^2, shot g/c, impulse a (1/2 - g (1 - g)), of 10^6 numbers of grey g, before they are clipped."""
    g, n = 0.25, 1_000_000
    x = torch.full((n, 1, 1, 1), g, dtype=torch.float64)
    cases = {
        "gaussian_noise": (c, g, c**2),
        "speckle_noise": (c, g, (g * c) ** 2),
        "shot_noise": (1 / c, g, g * c),
        "impulse_noise": (c, g + c * (0.5 - g), None),
    }
    for name, (constant, mean, variance) in cases.items():
        made = CORRUPTIONS[name][0](x, constant, stream("test", name))
        if variance is None:  # of a mixture of 0, g and 1
            variance = c / 2 + (1 - c) * g**2 - mean**2
            assert (made != g).double().mean().item() == pytest.approx(c, abs=5 * (c / n) ** 0.5)
        assert made.mean().item() == pytest.approx(mean, abs=5 * (variance / n) ** 0.5)
        assert made.var().item() == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize("factor", constants("contrast"))
def test_contrast_keeps_the_mean_of_each_channel_and_scales_its_spread(factor):
    x = colours().double() / 255
    made = corruptions.contrast(x, factor, None)
    torch.testing.assert_close(made.mean((2, 3)), x.mean((2, 3)))
    torch.testing.assert_close(made.std((2, 3)), factor * x.std((2, 3)))


def by_pixel(x, change):
    """`change` of (h, s, v) of each pixel of x [N 3 H W], as the standard library converts it."""
    pixels = x.movedim(1, -1).reshape(-1, 3).tolist()
    made = [colorsys.hsv_to_rgb(*np.clip(change(*colorsys.rgb_to_hsv(*pixel)), 0, 1)) for pixel in pixels]
    return torch.tensor(made, dtype=x.dtype).view(len(x), *x.shape[2:], 3).movedim(-1, 1)


def test_brightness_and_saturation_are_those_of_the_standard_library():
    """With black, white and grey pixels among them; grey has hue 0 there too."""
    x = colours(2, 8).double() / 255
    x[0, :, 0, :3] = torch.tensor([0.0, 0.5, 1.0])
    for c in constants("brightness"):
        torch.testing.assert_close(corruptions.brightness(x, c, None), by_pixel(x, lambda h, s, v, c=c: (h, s, v + c)))
    for a, b in constants("saturate"):
        torch.testing.assert_close(
            corruptions.saturate(x, (a, b), None), by_pixel(x, lambda h, s, v, a=a, b=b: (h, a * s + b, v))
        )


def test_a_point_is_blurred_to_the_weights_of_a_gaussian_and_of_a_disk():
    point = torch.zeros(1, 1, 32, 32, dtype=torch.float64)
    point[..., 16, 16] = 1
    at = np.arange(32) - 16
    for width in constants("gaussian_blur"):
        line = np.where(abs(at) <= int(4 * width + 0.5), np.exp(-(at**2) / (2 * width**2)), 0)
        expected = np.outer(line, line) / line.sum() ** 2
        np.testing.assert_allclose(corruptions.gaussian_blur(point, width, None)[0, 0], expected, atol=1e-12)
    for radius, edge in constants("defocus_blur"):
        disk = (at[:, None] ** 2 + at**2 <= radius**2) * 1.0
        line = np.exp(-np.array([1, 0, 1]) / (2 * edge**2))
        expected = scipy.ndimage.convolve(disk / disk.sum(), np.outer(line, line) / line.sum() ** 2)
        np.testing.assert_allclose(corruptions.defocus_blur(point, (radius, edge), None)[0, 0], expected, atol=1e-12)


@pytest.mark.parametrize("name", ["gaussian_blur", "defocus_blur", "zoom_blur", "pixelate", "jpeg_compression", "contrast"])
def test_a_picture_of_one_colour_has_no_detail_to_lose(name):
    """To one level of 255, for levels are rounded."""
    x = torch.tensor([64, 64, 64], dtype=torch.uint8)[None, :, None, None].expand(2, 3, 32, 32)
    for severity in SEVERITIES:
        assert (corrupted(x, name, severity).int() - x.int()).abs().max() <= 1


def test_enlargements_are_those_of_scipy():
    x = colours(2).double() / 255
    total = x.numpy().copy()
    for factor in np.arange(1, 1.26, 0.01):
        cut = int(np.ceil(32 / factor))
        top = (32 - cut) // 2
        large = scipy.ndimage.zoom(x.numpy()[..., top : top + cut, top : top + cut], (1, 1, factor, factor), order=1)
        trim = (large.shape[-1] - 32) // 2
        total += large[..., trim : trim + 32, trim : trim + 32]
    np.testing.assert_allclose(corruptions.zoom_blur(x, constants("zoom_blur")[4], None), total / 27, atol=1e-12)


def test_pixelate_makes_blocks_of_their_means():
    x = colours(3).double() / 255
    blocks = torch.nn.functional.avg_pool2d(x, 4).repeat_interleave(4, 2).repeat_interleave(4, 3)
    torch.testing.assert_close(corruptions.pixelate(x, 0.25, None), blocks, rtol=0, atol=1.01 / 255)


def test_clouds_are_as_thick_as_said_and_leave_the_brightest_level():
    """On black images with one white pixel: t cloud / (1 + t), whose highest is t / (1 + t)."""
    x = torch.zeros(50, 3, 32, 32, dtype=torch.float64)
    x[..., 0, 0] = 1
    made = corruptions.fog(x, (0.5, 3), stream("test"))
    rest = made.flatten(2)[..., 1:]
    assert rest.min() >= 0
    assert rest.amax().item() == pytest.approx(1 / 3)
    assert made.max() <= 1
    cloud = corruptions.plasma(400, 32, 3, stream("test"))
    assert (cloud.amin((1, 2)), cloud.amax((1, 2))) == (pytest.approx(np.zeros(400)), pytest.approx(np.ones(400)))
    centred = cloud - cloud.mean((1, 2), keepdim=True)
    beside, across = ((centred * centred.roll(k, 2)).mean().item() for k in (1, 16))
    assert beside > 0.8 * centred.square().mean().item(), "near points are alike"
    assert across < 0.2 * centred.square().mean().item(), "far ones are not"


@pytest.fixture
def folder(tmp_path):
    """The layout of CIFAR-10-C, four images at each severity: image i of severity s is of level 10 s + i."""
    level = torch.tensor([10 * s + i for s in SEVERITIES for i in range(4)], dtype=torch.uint8)
    colour = level[:, None, None, None] + torch.tensor([0, 100, 200], dtype=torch.uint8)
    for name in ("fog", "frost"):
        np.save(tmp_path / f"{name}.npy", colour.expand(20, 32, 32, 3).numpy())
    np.save(tmp_path / "labels.npy", np.tile(np.array([3, 1, 4, 1], dtype=np.uint8), 5))
    return tmp_path


def test_official_files_are_read_by_severity(folder):
    assert corrupted_files.names(folder, arrays=True) == ["fog", "frost"]
    for severity in SEVERITIES:
        x, y = corrupted_files.read(folder, "frost", severity)
        assert (x.shape, x.dtype) == ((4, 3, 32, 32), torch.uint8)
        assert x[:, :, 5, 7].tolist() == [[10 * severity + i + c for c in (0, 100, 200)] for i in range(4)]
        assert y.tolist() == [3, 1, 4, 1]


def test_files_that_are_not_official_are_refused_in_one_sentence(folder):
    with pytest.raises(ValueError, match=r"snow.npy is no readable array .* put the unpacked files of CIFAR-10-C there"):
        corrupted_files.read(folder, "snow", 1)
    np.save(folder / "fog.npy", np.zeros((20, 32, 32), dtype=np.uint8))
    with pytest.raises(ValueError, match=r"fog.npy is uint8 \[20, 32, 32\] with labels \[20\], not uint8"):
        corrupted_files.read(folder, "fog", 1)
    np.save(folder / "frost.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(ValueError, match=r"frost.npy is no readable array"):
        corrupted_files.read(folder, "frost", 1)


@pytest.fixture
def streamed(tmp_path):
    """Images of two classes that stay files, and a linear network of the means of their colours; corrupted ones in `c`.

    Image i of a class at severity s of `blur` is of level 10 s + i, and 100 more in class b, where there is one more.
    """
    for split in ("train", "val"):
        for kind, level in (("a", 40), ("b", 140)):
            image(tmp_path / split / kind / "0.png", level, (40, 20))
    for severity in SEVERITIES:
        for i in range(2):
            image(tmp_path / f"c/blur/{severity}/a/{i}.png", 10 * severity + i)
        for i, ending in enumerate(("JPEG", "png", "jpg")):
            image(tmp_path / f"c/blur/{severity}/b/{i}.{ending}", 100 + 10 * severity + i)
    (tmp_path / "c/blur/3/a/notes.txt").touch()
    data = imagenet.load(tmp_path, folder=".", size=16, resize=20)
    return Problem(ParamSpace(lambda: nn.Sequential(nn.AvgPool2d(16), nn.Flatten(), nn.Linear(3, 2))), data, batch_size=2)


def image(path, level, size=(16, 16)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (level, level, level)).save(path)


def test_official_pictures_are_listed_by_severity_and_class(streamed, tmp_path):
    c, like = tmp_path / "c", streamed.data.x["test"]
    assert corrupted_files.names(c, arrays=False) == ["blur"]
    for severity in SEVERITIES:
        x, y = corrupted_files.listed(c, "blur", severity, like, 2)
        assert y.tolist() == [0, 0, 1, 1, 1]
        assert x.shape == (5, 3, 16, 16)
        expected = [10 * severity + level for level in (0, 1, 100, 101, 102)]
        assert x[torch.arange(5)][:, 0, 5, 7].tolist() == pytest.approx(expected, abs=1), "a JPEG may be a level off"


def test_corrupted_pictures_are_middles_already(streamed, tmp_path):
    """No edge is cut off: pixels are those of the file."""
    noise = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "c/blur/1/a/0.png")
    x, _ = corrupted_files.listed(tmp_path / "c", "blur", 1, streamed.data.x["test"], 2)
    assert torch.equal(x[torch.tensor([0])][0], torch.from_numpy(noise).permute(2, 0, 1))


def test_a_shift_of_pictures_that_stay_files(streamed, tmp_path):
    network = Subspace(streamed.init(0)[None], Points(1))
    weight, bias = streamed.space.unravel(network.end).values()
    mean, std = (torch.tensor(part) for part in (streamed.data.mean, streamed.data.std))

    def nll(levels, labels):
        images = (torch.tensor(levels)[:, None].expand(-1, 3) / 255 - mean) / std
        return nn.functional.cross_entropy(images @ weight.T + bias, torch.tensor(labels)).item()

    table = shift.measure(streamed, network, folder=str(tmp_path / "c"), severities=[4]).set_index("corruption")
    assert table.loc["none", "nll"] == pytest.approx(nll([40.0, 140], [0, 1]), rel=1e-5)
    assert table.loc["blur", "nll"] == pytest.approx(nll([40.0, 41, 140, 141, 142], [0, 0, 1, 1, 1]), rel=0.01)
    few = shift.measure(streamed, network, folder=tmp_path / "c", severities=[4], examples=2).set_index("corruption")
    assert few.loc["blur", "nll"] == pytest.approx(nll([40.0, 140], [0, 1]), rel=1e-5), "the first and the third of five"


def test_other_folders_of_pictures_are_refused_in_one_sentence(streamed, tmp_path):
    network, c = Subspace(streamed.init(0)[None], Points(1)), tmp_path / "c"
    with pytest.raises(ValueError, match="these data stay files; give folder, that of ImageNet-C"):
        shift.measure(streamed, network)
    with pytest.raises(ValueError, match=r"there are no folders <corruption>/<severity>/<class> in .*/none; put the unpacked"):
        shift.measure(streamed, network, folder=tmp_path / "none")
    with pytest.raises(ValueError, match=r"there is no corruption fog in .*/c; name some of: blur"):
        shift.measure(streamed, network, folder=c, corruptions=["fog"])
    (c / "blur/5/third").mkdir()
    with pytest.raises(ValueError, match="blur/5 has 3 classes, and the networks have 2; put a folder for each class there"):
        shift.measure(streamed, network, folder=c)
    (c / "blur/4").rename(tmp_path / "gone")
    with pytest.raises(ValueError, match=r"there is no folder .*/c/blur/4; unpack all severities of ImageNet-C"):
        shift.measure(streamed, network, folder=c)
    assert set(shift.measure(streamed, network, folder=c, severities=[1, 2])["severity"]) == {0, 1, 2}
    for path in (c / "blur/2").glob("*/*"):
        path.unlink()
    with pytest.raises(ValueError, match="blur/2 has no images in the folders of its classes; unpack ImageNet-C there"):
        shift.measure(streamed, network, folder=c, severities=[2])


def test_the_clean_rows_of_a_shift_are_the_ensembles(normalised, members):
    table = shift.measure(normalised, members, corruptions=["contrast"], severities=[2, 5])
    assert table.groupby(["corruption", "severity"]).size().to_dict() == {
        ("none", 0): 7,
        ("contrast", 2): 7,
        ("contrast", 5): 7,
    }
    clean = table[table["severity"] == 0].drop(columns=["split", "corruption", "severity", *TEMPERED]).reset_index(drop=True)
    expected = ensemble.measure(normalised, members)[list(clean.columns)]
    pd.testing.assert_frame_equal(clean, expected, check_exact=True)


def test_a_shift_says_of_which_split_it_is(normalised, members):
    parts = [shift.measure(normalised, members, corruptions=["contrast"], severities=[5], split=s) for s in ("val", "test")]
    assert [part["split"].unique().tolist() for part in parts] == [["val"], ["test"]]
    clean = parts[0][parts[0]["severity"] == 0].reset_index(drop=True)
    expected = ensemble.measure(normalised, members, split="val")[["split", "size", "subset", "nll"]]
    pd.testing.assert_frame_equal(clean[list(expected.columns)], expected, check_exact=True)
    assert not pd.concat(parts).duplicated(shift.KEY).any()


def test_shifted_rows_are_the_ensembles_of_networks_whose_test_pictures_are_corrupted(normalised, members):
    """And of some of them; the training images, which calibrate batch norm, stay clean."""
    for examples in (None, 6):
        table = shift.measure(normalised, members, corruptions=["gaussian_noise"], severities=[4], examples=examples)
        whole = len(normalised.data.y["test"])
        rows = torch.arange(examples or whole) * whole // (examples or whole)
        x, y = (part["test"][rows] for part in (normalised.data.x, normalised.data.y))
        x = normalised.data.x | {"test": corrupted(x, "gaussian_noise", 4)}
        seen = replace(normalised, data=replace(normalised.data, x=x, y=normalised.data.y | {"test": y}))
        shifted = table[table["severity"] == 4].drop(columns=["split", "corruption", "severity", *TEMPERED])
        shifted = shifted.reset_index(drop=True)
        expected = ensemble.measure(seen, members)[list(shifted.columns)]
        pd.testing.assert_frame_equal(shifted, expected, check_exact=True)


def test_each_network_is_calibrated_once_for_all_corruptions(normalised, members, monkeypatch):
    calls = []
    calibrated = evaluate.calibrated
    monkeypatch.setattr(evaluate, "calibrated", lambda *a: calls.append(1) or calibrated(*a))
    shift.measure(normalised, members, corruptions=["contrast", "brightness"])
    assert len(calls) == 3


def test_a_shift_from_files_has_their_pictures_and_labels(folder):
    x, y = (dict.fromkeys(("train", "val", "test"), t) for t in (colours(5), torch.arange(5)))
    problem = Problem(ParamSpace(lambda: nn.Sequential(nn.AvgPool2d(32), nn.Flatten(), nn.Linear(3, 5))), Arrays(x, y, 5))
    network = Subspace(problem.init(0)[None], Points(1))
    table = shift.measure(problem, network, folder=str(folder), severities=[3]).set_index("corruption")
    weight, bias = problem.space.unravel(network.end).values()
    images = torch.tensor([[30.0 + i, 130 + i, 230 + i] for i in range(4)]) / 255
    expected = nn.functional.cross_entropy(images @ weight.T + bias, torch.tensor([3, 1, 4, 1])).item()
    assert table.loc[["fog", "frost"], "nll"].tolist() == pytest.approx([expected] * 2, rel=1e-5)
    with pytest.raises(ValueError, match=r"there is no corruption snow in .*; name some of: fog, frost"):
        shift.measure(problem, network, folder=folder, corruptions=["snow"])
    with pytest.raises(ValueError, match=r"there are no .npy files in .*/none; put the unpacked files"):
        shift.measure(problem, network, folder=folder / "none")


def test_what_cannot_be_corrupted_is_refused(problem, normalised, members, folder):
    with pytest.raises(ValueError, match="shift corrupts uint8 images in memory"):
        shift.measure(problem, Subspace(problem.init(0)[None], Points(1)))
    with pytest.raises(ValueError, match="there is no corruption saturate for these images; name some of: gaussian_noise"):
        shift.measure(normalised, members, corruptions=["saturate"])
    with pytest.raises(ValueError, match=r"has images \[3, 32, 32\], and the networks' own are \[1, 5, 5\]"):
        shift.measure(normalised, members, folder=folder)


def test_other_pictures_are_seen_under_the_networks_own_scaling(normalised, members):
    """Against the predictions of a problem whose test images they are; labels and scaling of the others play no part."""
    rng = torch.Generator().manual_seed(7)
    x = torch.randint(256, (9, 1, 5, 5), generator=rng, dtype=torch.uint8)
    other = replace(
        normalised.data,
        x=normalised.data.x | {"test": x},
        y=normalised.data.y | {"test": torch.full((9,), 6)},
        classes=7,
        mean=(0.1,),
    )
    seen = replace(normalised.data, x=normalised.data.x | {"test": x}, y=normalised.data.y | {"test": torch.zeros(9).long()})
    p = torch.stack(list(evaluate.predict(replace(normalised, data=seen), members, members.chart.grid(), "test")))
    table = outside.measure(normalised, members, other).set_index(["size", "subset"])
    assert table["members"].loc[2].tolist() == ["0 1", "0 2", "1 2"]
    for row, chosen in (((1, 2), [2]), ((2, 1), [0, 2]), ((3, 0), [0, 1, 2])):
        mean = p[chosen].mean(0)
        assert table.loc[row, "entropy"] == pytest.approx(-(mean * mean.log()).sum(1).mean().item())
        assert table.loc[row, "confidence"] == pytest.approx(mean.max(1).values.mean().item())
        divergence = (p[chosen] * (p[chosen] / mean).log()).sum(2).mean().item()
        assert table.loc[row, "js"] == pytest.approx(divergence, abs=1e-12)
    assert (table["js"].loc[1] == 0).all()
    few = outside.measure(normalised, members, other, examples=4, sizes=[3])
    assert few["entropy"].item() == pytest.approx(entropy(p.mean(0)[[0, 2, 4, 6]]).mean().item())


def test_a_text_is_no_picture(normalised, members):
    x, y, classes = text({split: ["a", "b", "a"] for split in ("train", "val", "test")}, 3)
    with pytest.raises(ValueError, match="the other data are single numbers of int64, but the networks were trained on 1 x 5"):
        outside.measure(normalised, members, Arrays(x, y, classes, task="language"))


def test_pictures_of_another_shape_are_refused(normalised, members):
    with pytest.raises(
        ValueError, match="the other data are 1 x 8 x 8 of uint8, but the networks were trained on 1 x 5 x 5 of uint8"
    ):
        outside.measure(normalised, members, digits.load(None))
