"""One complex through many independent networks (Benton et al. 2021, arXiv 2102.13042, section 4.2): figure 4 (right)."""

from lossland.options import Changes, Count, Networks
from lossland.papers.benton2021.connecting import groups, low_inside
from lossland.papers.benton2021.espro import brief


def experiment(
    plan,
    *,
    network: Networks,
    modes: Count = 7,
    runs: Count | None = None,
    recipe: Changes = {},
    path: Count = 31,
    examples: Count | None = None,
):
    """Of seven modes it has nine connectors and twelve simplexes, as in the paper; see `simplexes`."""
    ends = groups(network, modes, None, runs)
    joined = plan.complex("complex", ends, simplexes=simplexes(modes), draw="index", recipe=brief(network) | recipe)
    vertices = plan.vertices(joined[0])
    plan.figure("fig4", vertices=vertices)
    plan.figure("complex", vertices=vertices)
    low_inside(plan, "modes", joined, ends, path, examples)


def simplexes(modes) -> list[list[int]]:
    """Each mode and the next are in triangles with the same two of the connectors, three of which serve two such gaps.

    Which connector joins which mode is not published. While a complex grows, its simplexes differ in their numbers of
    vertices: so points are drawn by the number of the simplex.
    """
    pairs = [(modes + 3 * (gap // 2) + gap % 2, modes + 3 * (gap // 2) + gap % 2 + 1) for gap in range(modes - 1)]
    return [[mode, *pair] for gap, pair in enumerate(pairs) for mode in (gap, gap + 1)]
