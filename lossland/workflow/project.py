"""The config of a folder for networks of one's own, as text: its data, its networks, and how fine their images are."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from lossland.inputs import checkpoint_names
from lossland.workflow import plugins

PASSES = 3  # of a point: its batch-norm statistics, train, test
PRODUCT = 6  # passes of a Hessian-vector product
SHARPNESS = 1500  # passes of all measures of sharpness


@dataclass(frozen=True)
class Grids:
    """How fine the images are: points along a `side` of a plane, and `examples` at each of them."""

    side: int
    examples: int
    shards: int = 1
    also: tuple[str, ...] = ()  # of `look.ALSO`

    @property
    def points(self) -> int:
        """Of a line or a path."""
        return min(51, 2 * self.side + 1)

    @property
    def products(self) -> int:
        """Of the Hessian, for the ends of a spectrum."""
        return 60 if self.side > 20 else 30

    @property
    def in_parts(self) -> str:
        return f", shards: {self.shards}" if self.shards > 1 else ""

    @property
    def _curvature(self):
        spectrum = (2 * self.products + 20) * ("spectrum" in self.also)
        return PRODUCT * (self.products + spectrum) + SHARPNESS * ("sharpness" in self.also)

    def passes(self, labels, networks) -> int:
        """Forward passes of one example that the images of so many labels and networks are."""
        around = labels * (PASSES * (self.side**2 + 3 * self.points) + self._curvature)
        between = PASSES * (self.side**2 + networks // 2 * 2 * self.points) if networks > 1 else 0
        return (around + between) * self.examples


@dataclass
class Project:
    """What the config of a folder says."""

    folder: Path
    data: dict
    networks: dict
    recipe: dict = field(default_factory=dict)  # of curves, where the networks have none
    grids: Grids = field(default_factory=lambda: Grids(21, 1000))

    @property
    def text(self) -> str:
        names = ", ".join(self.networks)
        grids, examples, shards = self.grids, f"examples: {self.grids.examples}", self.grids.in_parts
        around = f"resolution: {grids.side}, points: {grids.points}, products: {grids.products}, {examples}{shards}"
        around += "".join(f", {name}: true" for name in grids.also)
        lines = [
            f"# yaml-language-server: $schema={plugins.PROJECT / 'configs/config.schema.json'}",
            f"# What there is to see of these networks; `lossland run {self.folder}` makes it, and what an edit changes",
            f"title: {_flow(self.folder.name)}",
            f"results: {_flow(f'{self.folder}/results')}",
            "",
            "data:",
            f"  images: {_flow(self.data)}",
            "",
            "network:",
            *(f"  {name}: {_flow(options)}" for name, options in self.networks.items()),
            "",
            "# any experiment of a paper can be added, as garipov2018/curves: {network: " + next(iter(self.networks)) + "}",
            "experiments:",
            f"  own/around: {{networks: [{names}], {around}}}",
        ]
        if len(self.networks) > 1 or self.networks[names].get("seeds", 1) > 1:
            recipe = f", recipe: {_flow(self.recipe)}" if self.recipe else ""
            between = f"plane: {grids.side}, resolution: {grids.points}, {examples}{shards}"
            lines.append(f"  own/between: {{networks: [{names}], {between}{recipe}}}")
        files = {name: options["file"] for name, options in self.networks.items() if "file" in options}
        if ways := [name for name, file in files.items() if len(checkpoint_names.networks(file)) > 2]:  # a plane takes three
            lines.append(
                f"  li2018/trajectories: {{networks: [{', '.join(ways)}], resolution: {grids.side}, {examples}{shards}}}"
            )
        return "\n".join(lines) + "\n"

    def write(self) -> Path:
        """Write the config into the folder, and return its path."""
        config = self.folder / "config.yaml"
        config.write_text(self.text, "utf-8")
        return config


def _flow(value) -> str:
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000).removesuffix("\n...\n").strip()
