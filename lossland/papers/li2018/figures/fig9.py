"""Li et al. 2018 (arXiv 1712.09913), figure 9: trajectories over the train loss in the plane of their principal components.

Trainings from the right of each panel to the solution at (0, 0), with the share of their variance on each axis. A dot is a
point that was kept, as dark as its own train loss; if that differs from the surface around it, the plane does not show what
the training saw. Orange rings are the last points before the learning rate falls. Contours are at the numbers of the bar. One
run of each.

In the paper (VGG-9 on CIFAR-10) paths first run across the contours; those of small batches with weight decay then turn along
them, around the solution, and have a kink where the rate drops. Two components hold 40 to 90 % of the variance there.

Differs from the paper in: colours show the loss too, contours are even in its logarithm, and the colours of the dots are the
loss at the points themselves, which lie outside the plane, where the surface shows the loss of their projections.
"""

from matplotlib.figure import Figure

from lossland.plotting.figures import trajectory
from lossland.statistics.tables import Table


def draw(
    *,
    surfaces: Table("landscape"),
    paths: Table("projection"),
    shares: Table("directions"),
    courses: Table("dynamics"),
) -> Figure:
    """A panel for each plane of `surfaces`; the other tables have its label."""
    return trajectory.draw(planes=surfaces, paths=paths, shares=shares, courses=courses)
