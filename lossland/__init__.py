"""Loss landscapes of neural networks: one formula, theta(u) = c(u) @ anchors, for every object of the field.

Nothing is imported here before it is asked for, so that a job depends on the files it names and on no others.
"""

NAMES = ("problem", "load", "build", "measure", "plot")  # of lossland.api


def __dir__():
    return sorted(NAMES)


def __getattr__(name):
    if name not in NAMES:
        raise AttributeError(f"lossland has no {name}; it has {', '.join(NAMES)}")
    from importlib import import_module

    return getattr(import_module("lossland.api"), name)
