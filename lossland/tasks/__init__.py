"""What is learned: how examples become rows that are scored, the loss of a row, its scores. The data, or a problem, name it.

A task is a module, a file of this folder or one's own as "module:name", with

    SCORES                     names of the scores; nll, the loss that is trained, is the first
    targets(target)            with one row for each thing that is scored, [m ...]: example, word, pixel
    rows(outputs, target)      both, in such rows
    losses, scores             [m] and [m SCORES] of outputs and targets, whether these are rows yet or not
    fit(outputs, target, n)    raises ValueError if a batch of them does not fit together, for n classes

and, unless it is as in `classification`, with MEMORY, outputs, minibatches, probabilities, values. Labels of IGNORED, which is
what PyTorch and Hugging Face take, are no rows: they are neither learned nor scored.
"""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from lossland.options import nearest

IGNORED = -100
NEEDED = ("SCORES", "losses", "scores")
LABELS = ("classification", "tokens", "causal", "language", "binary")  # whose targets are numbers of classes


def found(task):
    """A task by its name, by "module:name", or as it is. Raises ValueError if there is none, or if it lacks something."""
    if isinstance(task, str):
        known = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in ("__init__", "own_loss"))
        if ":" not in task and task not in known:
            raise ValueError(f"task is {task}, which is not one{nearest(task, known)}; one of your own is module:name")
        named = imported(task, "task") if ":" in task else import_module(f"lossland.tasks.{task}")
        return found(named)
    from lossland.tasks import classification

    if all(hasattr(task, name) for name in vars(classification) if not name.startswith("_")):
        return task
    if lacking := [name for name in NEEDED if not hasattr(task, name)]:
        raise ValueError(f"task is {task!r:.80}, and has no {lacking[0]}; give SCORES, losses(outputs, target) and scores")
    usual = {n: v for n, v in vars(classification).items() if not n.startswith("_")} | {
        "fit": _anything,
        "rows": _as_they_are,
        "targets": _itself,
    }
    return SimpleNamespace(**usual | {n: getattr(task, n) for n in dir(task) if not n.startswith("_")})


def imported(path, what):
    """What "module:name" names. Raises ValueError if there is no such thing."""
    module, _, name = path.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"{what} is {path}, but {error}; name it as module:name") from error


def _anything(outputs, target, classes):
    pass


def _as_they_are(outputs, target):
    return outputs, target


def _itself(target):
    return target


def full(outputs):
    """In float32, or in float64 if they are that already."""
    return outputs if outputs.element_size() == 8 else outputs.float()
