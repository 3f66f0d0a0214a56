"""The faces of a simplex around one network (Benton et al. 2021, arXiv 2102.13042, section 5.1 and App. B.3): figure 6.

Differs from the paper in: its vision transformer is ViT-pytorch's, in `configs/paper.yaml` torchvision's.
"""

from itertools import combinations

from lossland.options import Changes, Count, Networks, Volume
from lossland.papers.benton2021.connecting import draw_faces, named
from lossland.papers.benton2021.espro import simplex


def experiment(
    plan,
    *,
    network: Networks,
    runs: Count | None = None,
    vertices: Count = 3,
    recipe: Changes = {},
    pushes: list[Volume] = ({},),
    tuned: Changes | None = None,
    samples: Count = 5,
    resolution: Count = 15,
    examples: Count | None = None,
    inside: Count | None = None,
):
    """Simplexes around `runs` networks (default: all): all faces of the first, for each of `pushes`, of which {} is the paper's
    lambda, and the loss inside on some train examples (`inside`, default: all).

    With a recipe for it the networks are `tuned` first, as transformers are in App. B.3.
    """
    network = network[:runs]
    if tuned is not None:
        network = plan.fine_tune("fine-tuned", network, recipe=tuned)
    simplexes = [simplex(plan, network, vertices, recipe, push, samples=samples) for push in pushes]
    corners = [list(face) for face in combinations(range(vertices + 1), 3)]
    faces = {}
    for one in simplexes:
        for face in corners:
            label = [one.label] * (len(simplexes) > 1 or len(corners) == 1) + [named(face, 1)] * (len(corners) > 1)
            faces[": ".join(label)] = (one[0], face)
    draw_faces(plan, "fig6", faces, 1, resolution, examples=examples)
    plan.claims("around", inside=plan.inside(simplexes[0], examples=inside))
