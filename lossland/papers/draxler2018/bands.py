"""Bands between minima (Draxler et al. 2018, arXiv 1803.00885, sections 3 and 4): figures 1, 4 and 7.

Differs from the released code, of which the paper says little, in five ways at once: one minibatch serves all pivots of a
step; tangents are Henkelman & Jonsson's; batch-norm statistics are no coordinates and are recalibrated; pivots are spaced after
the last step too; and new ones need a fifth of the range of the losses, as in the paper, not a tenth. `batch_norm` measures
what all but the spacing make together; nothing takes them apart. Minima and bands have one weight decay, as in the paper; in
the code the minima have none.
"""

from lossland.options import Band, Count, Networks, Positive, Saddles

# the 14 cycles of the released code
CYCLES = [
    {"steps": 1000, "lr": 0.1, "insert": "equal", "count": 3},
    *[{"steps": 1000, "lr": 0.1}] * 3,
    *[{"steps": 2000, "lr": 0.1}] * 2,
    *[{"steps": 1000, "lr": 0.01}] * 4,
    *[{"steps": 1000, "lr": 0.001}] * 4,
]


def experiment(
    plan,
    *,
    networks: list[Networks],
    band: Band = {},
    halved: list[Networks] = (),
    pairs: Count = 3,
    resolution: Count = 91,
    plane: Count = 31,
    shards: Count = 1,
    adaptive: Positive | None = None,
    saddles: Saddles = {},
):
    """AutoNEB's bands between disjoint pairs of minima; the plane is that of the first band of the first network.

    `band` are options of the method neb, `saddles` of the probe; the bands of networks `halved` take half the batch.
    """
    found = [between(plan, one, one.groups(2, pairs), band, halved) for one in networks]
    slice_, segment = plan.plane("slice", found[0][:1], third="mean"), plan.line("segment", networks[0].groups(2, 1))
    surface = plan.landscape(slice_, resolution=plane, splits=["train"], shards=shards, adaptive=adaptive)
    lines = [plan.landscape(path[:1], resolution=resolution) for path in (segment, found[0])]
    plan.figure("fig1", surface=surface, segment=lines[0], path=lines[1])
    found = [bands.called(network.label) for bands, network in zip(found, networks, strict=True)]
    cycles = [plan.cycles(bands) for bands in found]
    plan.figure("fig4", cycles=cycles)
    plan.claims("cycles", cycles=cycles)
    coordinates = [plan.coordinates(bands, resolution=resolution) for bands in found]
    plan.figure("fig7", coordinates=coordinates, saddles=[plan.saddles(bands, **saddles) for bands in found])


def between(plan, network, ends, band, halved=(), name="bands"):
    """A band between the `ends` of each run, by the decay and the arithmetic of the minima's training."""
    own = {o: network.recipe[o] for o in ("weight_decay", "precision") if o in network.recipe}
    own = {"cycles": CYCLES, "batch_size": 512, "weight_decay": 0} | own | band
    if network.label in [one.label for one in halved]:
        own["batch_size"] //= 2
    return plan.neb(f"{network.label} {name}", ends, **own)


def trained_on(plan, networks, data):
    """The networks, or such as they are on another dataset, by the same labels."""
    if data is None:
        return networks
    return [plan.vary(f"{one.label} on {data.name}", one, data=data).called(one.label) for one in networks]
