"""One instance of a stanza: all that its result depends on, what it is made from, its files, what it asks of the machine."""

import json
from dataclasses import dataclass, field, replace

from lossland.workflow import code_digest
from lossland.workflow.code_digest import PLUGIN
from lossland.workflow.gpu_slots import slots
from lossland.workflow.plugins import Plugin

SUFFIXES = {
    "figures": ["json", "rst", "svg", "png"],
    "tables": ["json", "csv", "md", "rst", "html"],
    "surfaces": ["json", "rst", "html"],
    "meshes": ["json", "rst", "vtu"],
    "claims": ["parquet", "csv", "md", "rst", "html"],
}


@dataclass(frozen=True)
class Setting:
    """The problem that a network solves: its data and its architecture."""

    data: "Job"
    model: dict

    @property
    def spec(self) -> dict:
        return {"data": self.data.spec["source"], "model": self.model}


@dataclass(frozen=True)
class Job:
    """One instance of a stanza; `inputs` maps a role to the jobs that it is made from."""

    section: str
    name: str
    plugin: Plugin
    options: dict
    inputs: dict[str, list["Job"]] = field(default_factory=dict)
    setting: Setting | None = None
    aside: dict = field(default_factory=dict)
    files: str = ""  # digest of the user's own files

    @property
    def spec(self) -> dict:
        """All of the config that its result depends on."""
        key = PLUGIN[self.section][0]
        inputs = {role: [job.name for job in jobs] for role, jobs in sorted(self.inputs.items())}
        own = {"section": self.section, "name": self.name, key: {self.plugin.name: self.options}, "inputs": inputs}
        return own | ({"files": self.files} if self.files else {}) | (self.setting.spec if self.setting else {})

    @property
    def canonical(self) -> str:
        return json.dumps(self.spec, sort_keys=True)

    @property
    def code(self) -> str:
        """Digest of the code that it will run."""
        return code_digest.digest(code_digest.code_of(self.spec))

    @property
    def made_from(self) -> list["Job"]:
        """The jobs whose results it reads, in the order in which it reads them."""
        sources = [job for _, jobs in sorted(self.inputs.items()) for job in jobs]
        return [self.setting.data, *sources] if self.setting else sources

    def paths(self, results) -> list[str]:
        return [f"{results}/{self.section}/{self.name}.{suffix}" for suffix in self.suffixes]

    @property
    def rule(self) -> str:
        """What the jobs of its kind are called."""
        return self.plugin.name if self.section in ("network", "subspace", "table") else self.section

    @property
    def resources(self) -> dict:
        """What its stanza asks for, or what suits the embedded default; `slots` of a GPU are all unless it says less."""
        wanted = {"gpu": int(self.setting is not None), "mem_mb": 2000, "runtime": 60, "threads": 1} | self.aside.get(
            "resources", {}
        )
        return wanted | {"slots": slots(wanted.get("slots")) if wanted["gpu"] else 0}

    @property
    def kind(self) -> str:
        """What a reader calls it: a figure may be a table, a surface or a mesh."""
        if self.section != "figure":
            return f"{self.section}s"
        return {"Figure": "figures", "pd.DataFrame": "tables", "go.Figure": "surfaces", "meshio.Mesh": "meshes"}[
            self.plugin.returns
        ]

    @property
    def suffixes(self) -> list[str]:
        """Of its files the first carries the record of what made it, the last is the one to look at."""
        return SUFFIXES.get(self.kind, ["safetensors"]) if self.section != "table" else ["parquet"]


def sharded(job, n) -> Job:
    """The same table, joined from n jobs that measure a part of its points each."""
    if n == 1:
        return job
    prefix = f"{job.name}{'.' if '/' in job.name else '/'}shard"
    parts = [replace(job, name=f"{prefix}{i}of{n}", options=job.options | {"shard": [i, n]}) for i in range(1, n + 1)]
    return replace(job, inputs={"shards": parts}, setting=None, aside={})
