"""Loss landscapes of neural networks: one formula, theta(u) = c(u) @ anchors, for every object of the field.

Nothing is imported here, so that a job depends on the files it names and on no others.
"""
