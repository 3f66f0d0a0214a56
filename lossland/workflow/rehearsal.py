"""A rehearsal of a config: its whole graph with its own networks, all that takes time cut down, in results of its own.

    examples     FEW of each split: real ones if they are here, else noise in their shape and number of classes
    trainings    a step an epoch, EPOCHS of them; or as many as there are snapshots, if they are no more than SNAPSHOTS
    bands        the first and the last two cycles, a few steps each
    grids        GRID points of a line, GRID x GRID of a plane
    instances    of what is built and measured the first few of each stanza, which stand for all others

It is a function from a plan to a plan: methods, probes, figures and claims know nothing of it. What fails here would fail
after days of the run, unless it is that something needs more images, or networks that have learned.
"""

import copy
import math
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from lossland.checking import build, resolved
from lossland.options import Count, Known
from lossland.workflow import own_files, plugins, trainings
from lossland.workflow.code_digest import digest, tasks_of
from lossland.workflow.jobs import DRAWN, WHOLE, Entry, Job, View

FEW, WORDS = 8, 20 * 36  # examples; of a text words, which are a piece of 35, and one more, of each of 20 streams
EPOCHS, SNAPSHOTS, GRID = 2, 24, 3
BUDGET = 20  # epochs of a training that FGE goes on from, and of snapshot ensembles: as many as 4 or 5 cycles, two runs of FGE
AT_MOST = {  # numbers that decide how long a job takes, or ask for what only a trained network has
    "neb": {"between": 2},
    "random_subspace": {"least": 0.0},
    "repair": {"corners": 3},
    "curvature": {"products": 4},
    "inside": {"samples": 3, "ascent": 1},
    "saddles": {"draws": 20, "rounds": 1},
    "seconds": {"steps": 2},
    "spokes": {"samples": 3},
    "tunnel_width": {"directions": 2},
}
GRIDS = ("spokes", "tsne")  # probes of several points along something, beside those that are of paths or of grids only
STORED = {  # of what is downloaded, or is the user's own: where it lies below data_root, its shape, classes, train and test
    "cifar10": ("cifar-10-batches-bin", [3, 32, 32], 10, 50_000, 10_000),
    "cifar100": ("cifar-100-binary", [3, 32, 32], 100, 50_000, 10_000),
    "fashion_mnist": ("FashionMNIST/raw", [1, 28, 28], 10, 60_000, 10_000),
    "mnist": ("MNIST/raw", [1, 28, 28], 10, 60_000, 10_000),
    "svhn": ("train_32x32.mat", [3, 32, 32], 10, 73_257, 26_032),
    "imagenet": ("{folder}", [3, 224, 224], 1000, 1_281_167, 50_000),
    "ptb": ("ptb/ptb.train.txt", [], 10_000, 929_588, 82_429),
}


@dataclass(frozen=True)
class Cut:
    """How many instances stand for all that is built and measured in one way, and how many examples for each split."""

    instances: Count = 2
    examples: Count = FEW


def rehearsed(plan, given):
    """The rehearsal of a plan, `given` as in the config; its results are those of the plan, in a folder rehearsal."""
    return Rehearsal(plan, **vars(build(Cut, given, "rehearse"))).plan


class Rehearsal:
    """`of(job)` is what stands for a job of the plan, or for a view."""

    def __init__(self, plan, instances=2, examples=FEW):
        self._root, self._instances, self._examples, self._kinds = plan.data_root, instances, examples, {}
        self._made, self._contents = {}, {}
        self._first = _first_of_each(plan, instances, self._kinds)
        self._asked, self._continued = _epochs_asked_for(plan)
        self.plan = copy.copy(plan)
        self.plan.results = f"{plan.results}/rehearsal"
        self.plan._jobs = {section: {} for section in plan._jobs}
        trained = Counter()
        for job in plan:
            trained[job.stem] += job.section == "network"
            needed = job.section in ("data", "network") or job.shard  # by others, or not
            if not needed or (job.section == "network" and trained[job.stem] <= instances):
                self.of(job)
        self.plan.experiments = {name: list(map(self.of, jobs)) for name, jobs in plan.experiments.items()}

    def of(self, source, itself=False):
        """`itself`: no other of its kind stands for it, for what is made from several needs them all to differ."""
        source = source if itself else self._first.get(source, source)
        key = source, itself and isinstance(source, View)
        if key not in self._made:
            self._made[key] = self._view(source, itself) if isinstance(source, View) else self._job(source)
        return self._made[key]

    def _view(self, view, itself):
        options = self._options(view)
        if view.plugin.name == "snapshots":
            options["epochs"] = sorted({self._epoch(view, epoch) for epoch in options["epochs"]})
        sources = view.sources
        if view.plugin.name == "pool" and not itself:  # two networks are enough to tell them apart
            sources = _folded(sources, [_kind(source, self._kinds) for source in sources], 2)
        made = [self.of(source, itself or len(sources) > 1) for source in sources]
        return replace(view, options=options, sources=made, setting=self._setting(view.setting))

    def _job(self, job):
        if job.shards:
            part = job.shards[0]
            job = replace(part, name=job.name, options=part.options | {"shard": WHOLE})
        if job.section == "data":
            cut = self._data(job)
        else:
            inputs = {role: self._entries(role, entries) for role, entries in job.inputs.items()}
            plugin, options = self._had(job.plugin, self._options(job))
            cut = replace(job, plugin=plugin, options=options, inputs=inputs, setting=self._setting(job.setting))
        if job.section not in DRAWN and cut.content in self._contents:
            return self._contents[cut.content]
        self._contents[cut.content] = self.plan._jobs[job.section][job.name] = cut
        return cut

    def _entries(self, role, entries):
        """Subspaces that one job measures, each on its own: the first few of each label stand for the others."""
        if role != "subspace":
            return [Entry(self.of(entry.source, itself=role == "sources"), entry.names) for entry in entries]
        sources = _folded([entry.source for entry in entries], [entry.names[0][0] for entry in entries], self._instances)
        return [Entry(self.of(source), entry.names) for source, entry in zip(sources, entries, strict=True)]

    def _data(self, job):
        if job.plugin.name in STORED:
            place, shape, classes, *_ = STORED[job.plugin.name]
            if not (self._root / place.format(**job.options)).exists():
                plugin = plugins.plugin("data", "made_up")
                given = {"shape": shape, "classes": classes, "n": self._examples if shape else WORDS}
                given |= {name: job.options[name] for name in ("val", "scaling", "crop", "flip") if name in job.options}
                return replace(job, plugin=plugin, options=resolved(plugin, given), files="")
        return replace(job, few=WORDS if tasks_of(job.plugin.name) == ["language"] else self._examples)

    def _setting(self, setting):
        if setting is None:
            return None
        if id(setting) not in self._made:
            self._made[id(setting)] = replace(setting, data=self.of(setting.data))
        return self._made[id(setting)]

    def _options(self, source):
        """Those of a job or a view, cut down; epochs are those of the shorter training."""
        name, options = source.plugin.name, dict(source.options)
        most = {option: most for option, most in AT_MOST.get(name, {}).items() if options[option] is not None}
        options |= {option: min(options[option], most[option]) for option in most}
        for option, (annotation, _) in source.plugin.options.items():
            epoch = any(isinstance(part, Known) and part.kind == "snapshot" for part in plugins.parts(annotation))
            if epoch and options[option] is not None:
                options[option] = self._epoch(source, options[option])
        if (source.plugin.grid or source.plugin.of or name in GRIDS) and options.get("resolution"):
            each = options["resolution"]
            options["resolution"] = [min(axis, GRID) for axis in each] if isinstance(each, list) else min(each, GRID)
        if options.get("recipe") and name != "pretrained":
            options["recipe"] = options["recipe"] | {"epochs": self._epochs(source)}
        if isinstance(source, Job) and trainings.follows(source.plugin):
            kept = {self._epoch(source, epoch) for epoch in trainings.epochs_kept(source.options)}
            options |= {"snapshots": sorted(kept - {options["recipe"]["epochs"]}), "every": None}
        if name == "fge":
            options["cycle"] = _cycle(options)
        if name == "neb":
            cycles = options["cycles"]
            options["cycles"] = [cycle | {"steps": EPOCHS} for cycle in cycles[:2] + cycles[2:][-2:]]
        return options

    def _epochs(self, source):
        """How long something is trained: as long as it must be for what it keeps."""
        options, name = source.options, source.plugin.name
        epochs = options["recipe"]["epochs"]
        if name == "fork" or trainings.follows(source.plugin):
            return self._epoch(source, epochs)
        if name == "csgmcmc":  # what is kept lies in a small share of each cycle
            return options["cycles"] * math.ceil(options["per_cycle"] / (1 - options["exploration"]) + 1)
        if name == "fge":
            return 3 * _cycle(options) // 2
        return BUDGET if name == "sse" else min(epochs, EPOCHS)

    def _epoch(self, source, epoch):
        """The epoch of the shorter training that stands for one of the training that a source is, or is made from."""
        while not trainings.follows(source.plugin):
            if not source.below:  # it was trained elsewhere
                return epoch
            source = source.below[0]
        kept = trainings.epochs_kept(source.options)
        if len(kept) > SNAPSHOTS:
            kept = sorted({*kept[:: -(-2 * len(kept) // SNAPSHOTS)], *self._asked[source], kept[-1]})
        rank = bisect_right(kept, epoch) - (kept[0] == 0)
        if epoch == kept[-1]:
            return max(rank, BUDGET if source in self._continued else EPOCHS)
        return rank

    def _had(self, plugin, options):
        """A plug-in with its options; without the user's own files, if they are not here, or what does without them."""
        if all(own_files.there(*one) for one in own_files.named(plugin, options, plugin.name, self._root)):
            return plugin, options
        if plugin.name == "pretrained":
            plugin = plugins.plugin("methods", "sgd")
            return plugin, resolved(plugin, {"recipe": {"epochs": 1, "lr": 1e-3}, "seed": options["seed"]})
        return plugin, options | {"folder": None}


def sizes(job) -> dict[str, int]:
    """Examples of each split of a dataset that is not here."""
    *_, train, test = STORED[job.plugin.name]
    val = job.options.get("val", test)  # a text has one as long as the other
    return {"train": train - job.options.get("val", 0), "val": val, "test": test}


def _first_of_each(plan, instances, kinds):
    """Each job -> itself, or of what is built and measured one of the first of its kind, which stands for it."""
    groups, first = defaultdict(list), {}
    for job in plan:
        first[job] = job
        if job.section in ("subspace", "table") and not job.shard:
            group = groups[_kind(job, kinds)]
            group.append(job)
            first[job] = group[(len(group) - 1) % instances]
    return first


def _folded(sources, kinds, number):
    """Of each kind the first `number` of the sources, in turn, in the place of all."""
    groups, folded = defaultdict(list), []
    for source, kind in zip(sources, kinds, strict=True):
        groups[kind].append(source)
        folded.append(groups[kind][(len(groups[kind]) - 1) % number])
    return folded


def _kind(source, known):
    """Digest of what a job or a view is, but for names, seeds, and how the networks were trained that it is made from."""
    if source not in known:
        free = ["seed", "init", "order"] + ["recipe"] * (getattr(source, "section", "") == "network")
        options = {name: value for name, value in source.options.items() if name not in free}
        setting = source.setting and [source.setting.spec, source.setting.data.options]
        known[source] = digest([source.plugin.name, options, setting, [_kind(one, known) for one in source.below]])
    return known[source]


def _epochs_asked_for(plan):
    """Training -> the epochs of it that something names; and the trainings that FGE goes on from."""
    asked, continued, seen = defaultdict(set), set(), set()

    def look(source):
        if source in seen:
            return
        seen.add(source)
        below = source.below
        if below and isinstance(below[0], Job) and trainings.follows(below[0].plugin):
            named = source.options.get("epochs") if source.plugin.name == "snapshots" else [source.options.get("start")]
            asked[below[0]] |= {epoch for epoch in named if isinstance(epoch, int)}
            if source.plugin.name == "fge":
                continued.add(below[0])
        for one in below:
            look(one)

    for job in plan:
        look(job)
    return asked, continued


def _cycle(options):
    """Epochs, and so steps, of a cycle of FGE: as many as it keeps networks, an even number."""
    return max(options["cycle"], options["per_cycle"] + options["per_cycle"] % 2)
