"""What made a result: every file of ours carries its record, and records are handed down with the work.

    spec, code       the part of the config that it depends on; file -> digest of the code behind it
    inputs           digests of the records of what it was made from
    versions, ...    of the packages, and device, threads, revision of the repository
    plan             digest of spec and code, its own and of all that it was made from: what a plan can know beforehand
    chain            the packages and devices that made it and all that it was made from, each with the names of its results

The bytes of a result depend only on MADE_BY; the chain tells whether one machine made all of it.
"""

from collections import Counter

from lossland.workflow.code_digest import digest

MADE_BY = ("spec", "code", "threads", "device", "versions", "inputs")
MAKER = ("device", "versions")
NAMED = 4  # results named in one sentence


def made_by(record) -> dict | None:
    """The part of a record that what is made from the result depends on: no revision, no chain."""
    return record and {key: record[key] for key in MADE_BY if key in record}


def planned(spec, code, sources) -> str:
    """The `plan` of a result, from the digest of its code and the plans of its sources in their order; its name, and those
    of the files that it reads, are not part of it."""
    return digest([_nameless(spec), code, sources])


def _nameless(spec):
    numbers = {}

    def nameless(entry):
        if "file" in entry:
            return entry | {"file": numbers.setdefault(entry["file"], len(numbers))}
        return entry | {"sources": [nameless(source) for source in entry["sources"]]}

    inputs = {role: [nameless(entry) for entry in entries] for role, entries in sorted(spec["inputs"].items())}
    return {key: value for key, value in spec.items() if key != "name"} | {"inputs": inputs}


def handed_down(own, inputs) -> dict:
    """The record `own`, with the chain that follows from the records `inputs` of what it was made from."""
    makers = {}
    title = f"{own['spec']['section']} {own['spec']['name']}"
    own_link = {"device": own["device"] if "model" in own["spec"] else None, "versions": own["versions"], "results": [title]}
    for link in [own_link, *(link for record in inputs for link in record["chain"])]:
        maker = {key: link[key] for key in MAKER}
        found = makers.setdefault(digest(maker), maker | {"results": set()})
        found["results"] |= set(link["results"])
    chain = [maker | {"results": sorted(maker["results"])} for _, maker in sorted(makers.items())]
    return own | {"chain": chain}


def told(record) -> list[str]:
    """What a reader of a figure is told of what it was made from: how much, where and when; then what there is to know."""
    made = [(*result.split(" ", 1), maker) for maker in record["chain"] for result in maker["results"]]
    kinds = Counter(kind for kind, _, _ in made)
    numbers = [f"{kinds[kind]} {kind}{'s' * (kinds[kind] > 1)}" for kind in ("network", "subspace", "table") if kinds[kind]]
    built = [maker for kind, _, maker in made if kind in ("network", "subspace")]
    devices = ", ".join(sorted({maker["device"] for maker in built}))
    torch = ", ".join(sorted({str(maker["versions"]["torch"]) for maker in built}))
    where = f", on {devices} with torch {torch}" if built else ""
    revision = (record["revision"] or "unknown")[:12]
    return [f"Made from {', '.join(numbers)}{where}, at revision {revision}.", *notes(record["chain"])]


def notes(chain) -> list[str]:
    """What a reader of the result must know: a sentence for each mixture of packages or of devices."""
    seen = {}  # thing -> value -> results
    for maker in chain:
        for package, value in maker["versions"].items():
            seen.setdefault(package, {}).setdefault(value, []).extend(maker["results"])
        if maker["device"]:  # of what runs a network; all else runs on the CPU
            for result in maker["results"]:
                kind = f"devices of a {result.partition(' ')[0]}"
                seen.setdefault(kind, {}).setdefault(maker["device"], []).append(result)
    return [_mixture(what, values) for what, values in sorted(seen.items()) if len(values) > 1]


def _mixture(what, values):
    fewest_last = sorted(values.items(), key=lambda item: (-len(item[1]), str(item[0])))
    return f"Mixed {what}: {'; '.join(f'{value} made {_named(r)}' for value, r in fewest_last)}."


def _named(results):
    rest = f" and {len(results) - NAMED} more" if len(results) > NAMED else ""
    return ", ".join(sorted(results)[:NAMED]) + rest
