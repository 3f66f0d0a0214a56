"""Complexes that join independent networks (Benton et al. 2021, arXiv 2102.13042, section 4.2): figures 3 and 4 (left)."""

from lossland.options import Changes, Count, Index, Networks
from lossland.papers.benton2021.espro import brief


def experiment(
    plan,
    *,
    network: Networks,
    modes: Count = 2,
    connectors: Count = 3,
    size: Count | None = None,
    runs: Count | None = None,
    recipe: Changes = {},
    faces: list[list[Index]] | None = None,
    resolution: Count = 15,
    path: Count = 31,
    examples: Count | None = None,
):
    """Each complex joins the first `modes` of a group of `size` networks (default: of `modes`), every connector with all of
    them. `faces` of the first complex are drawn, three vertices each: modes from 0, then connectors; `path` is the resolution
    of the segments between modes."""
    ends = groups(network, modes, size, runs)
    joined = plan.complex("complex", ends, connectors=connectors, recipe=brief(network) | recipe)
    c = modes
    faces = faces or [[0, 1, c], [0, 1, c + 1], [0, c, c + 1], [1, c, c + 1]]
    draw_faces(plan, "fig3", {named(face, modes): (joined[0], face) for face in faces}, modes, resolution)
    low_inside(plan, "simplexes", joined, ends, path, examples)


def groups(network, modes, size, runs):
    """The first `modes` networks of each group."""
    return {run: members[:modes] for run, members in network.groups(size or modes, runs, "runs").items()}


def draw_faces(plan, name, faces, modes, resolution, **options):
    """`faces` maps a label to a complex and three of its vertices, of which the first `modes` are modes."""
    planes = {
        label: plan.face(f"plane of {label}", complex, vertices=face).called(label) for label, (complex, face) in faces.items()
    }
    surfaces = [plan.landscape(p, resolution=resolution, splits=["train"], **options) for p in planes.values()]
    number = {label: sum(vertex < modes for vertex in face) for label, (_, face) in faces.items()}
    plan.figure(name, draw="fig3", faces=surfaces, modes=number)


def named(face, modes) -> str:
    """A face in words: "mode 0, connectors 1 and 2"."""
    kinds = {"mode": [v for v in face if v < modes], "connector": [v - modes for v in face if v >= modes]}
    words = {kind: ", ".join(map(str, v)).rpartition(", ") for kind, v in kinds.items() if v}
    return ", ".join(f"{kind}s {head} and {last}" if head else f"{kind} {last}" for kind, (head, _, last) in words.items())


def low_inside(plan, name, joined, ends, path, examples):
    """Claims about the inside of the complexes, against the segments from each mode to the next; one run decides nothing."""
    if len(ends) > 1:
        number = min(map(len, ends.values()))
        pairs = [{run: members[i : i + 2] for run, members in ends.items()} for i in range(number - 1)]
        segments = [plan.line(f"segment {i}", pair) for i, pair in enumerate(pairs)]
        shapes = [plan.shape(plan.landscape(segment, resolution=path)) for segment in segments]
        plan.claims(name, check="simplexes", inside=plan.inside(joined, examples=examples), segments=shapes)
