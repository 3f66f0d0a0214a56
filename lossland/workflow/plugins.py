"""The plug-ins, found by folder: the file name is the registry, the keyword-only parameters are the options.

One of the user's own is named "module:function", a file below the folder in which Snakemake was started. Files are read as
syntax, not imported, so that a config is checked in a fraction of a second, without torch.
"""

import ast
import re
import sys
import typing
from dataclasses import MISSING, dataclass, fields
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from traceback import extract_tb

from lossland import options
from lossland.checking import REQUIRED
from lossland.options import Between

ROOT = Path(__file__).resolve().parent.parent.parent


def project_of(root) -> Path:
    """The folder of the Snakefile, rules, scripts and sizes: a wheel carries them inside the package."""
    inside = root / "lossland" / "project"
    return inside if inside.is_dir() else root


PROJECT = project_of(ROOT)
FUNCTION = {
    "data": "load", "models": "build", "methods": "build", "probes": "measure", "figures": "draw", "claims": "check",
    "experiments": "experiment", "judges": "judge", "pages": "write",
}  # fmt: skip
POSITIONAL = {
    "data": [("root",)], "models": [("shape", "classes")], "methods": [("problem", "sources")], "figures": [()], "claims": [()],
    "experiments": [("plan",)], "judges": [("claims",)], "pages": [("made",)],
    "probes": [("problem", "subspace"), ("problem", "subspace", "data"), ("table",)],
}  # fmt: skip
NEEDED = {"probes": {"SCHEMA", "KEY"}}  # beside the function
# what a figure says that it returns, and what a reader calls it
RETURNED = {"Figure": "figures", "pd.DataFrame": "tables", "go.Figure": "surfaces", "meshio.Mesh": "meshes"}
TABLE = re.compile(r"Table\('([\w.:]+)'\)( \| None)?")
OWN = re.compile(r"(\w+(?:\.\w+)*):(\w+)", re.ASCII)


@dataclass(frozen=True)
class Source:
    """Where a plug-in is: its file below the folder `root`, the module's name, and its function."""

    root: Path
    file: str
    module: str
    function: str


@dataclass(frozen=True)
class Plugin:
    """What the file of a plug-in says of it; the last fields are constants in it, such as COORDINATES = 1."""

    room: str
    name: str
    caption: str  # its docstring
    inputs: tuple[str, ...]  # its positional parameters
    options: dict  # name -> (annotation, default or REQUIRED)
    tables: dict[str, str]  # name of a parameter -> probe of the tables that it wants
    optional: frozenset[str]  # tables that it does without
    sources: Between  # how many a method takes
    returns: str
    reads_loss: bool  # whether a figure or claims of a paper speak of the loss
    coordinates: int | None = None  # of what a method builds
    vertices: str = ""  # how many that has, a formula of `sources` and options
    gradients: str = "1"  # how many a step of a training takes, a formula of these too
    least: str = "0"  # points that a method is fitted on, a formula of options
    of: int | None = None  # the dimension of what a probe measures, if it can be one only
    grid: int = 0  # points along each axis of a path or a plane that a probe takes at least, of a number for each axis
    several: bool = False  # whether a probe compares the networks of a set
    needs: str = ""  # "classes", of probes, and of what draws errors
    planes: tuple[str, ...] = ()  # the tables of a figure that must be of a surface

    def dimension(self, options) -> int | None:
        """Of what a method builds; None if that is not known when planning."""
        return options.get("directions", self.options["directions"][1]) if "directions" in self.options else self.coordinates

    @cached_property
    def reads_files(self) -> bool:
        """Whether an option names a file or a folder of the user's own."""
        return any(isinstance(part, options.Own) for annotation, _ in self.options.values() for part in parts(annotation))

    @property
    def view(self) -> bool:
        """Whether it is built by the jobs that use it, because it trains nothing and costs next to nothing."""
        return self.returns == "View"

    @property
    def rule(self) -> str:
        """Its name as that of a rule of Snakemake."""
        return re.sub(r"\W", "_", self.name)


CONSTANTS = [field.name.upper() for field in fields(Plugin) if field.default is not MISSING]


def parts(annotation):
    """All that an annotation is made of: types, and the rules that hold for them."""
    for part in typing.get_args(annotation):
        yield part
        yield from parts(part)


@lru_cache(None)
def files(room, root=ROOT) -> dict[str, str]:
    """Name of a plug-in -> its file below `root`; that of a figure or claim of a paper begins with the paper."""
    if room == "experiments":
        found = [p.relative_to(root) for p in sorted(root.glob("lossland/papers/*/*.py")) if p.stem != "__init__"]
        return {f"{p.parts[2]}/{p.stem}": str(p) for p in found}
    general = {"figures": "plotting/figures", "judges": "statistics/judges", "pages": "report/pages"}.get(room, room)
    found = sorted(
        p.relative_to(root) for folder in (general, f"papers/*/{room}") for p in root.glob(f"lossland/{folder}/*.py")
    )
    return {"_".join([*p.parts[2:3] * ("papers" in p.parts), p.stem]): str(p) for p in found if p.stem != "__init__"}


def find(room, name, root=ROOT) -> Source:
    """Raises FileNotFoundError, in words that follow "x is <name>, but", if there is no such file."""
    if own := OWN.fullmatch(name):
        path = own[1].replace(".", "/")
        folder = root if own[1].partition(".")[0] == "lossland" else Path.cwd()
        for file in (f"{path}.py", f"{path}/__init__.py"):
            if (folder / file).is_file():
                return Source(folder, file, *own.groups())
        raise FileNotFoundError(f"there is no {path}.py in {folder}")
    known = files(room, root)
    if name not in known:
        what = f"experiment {name}" if room == "experiments" else f"such file of {room}"
        raise FileNotFoundError(f"there is no {what}{options.nearest(name, known)}")
    return Source(root, known[name], ".".join(Path(known[name]).with_suffix("").parts), FUNCTION.get(room, ""))


def imported(room, name):
    """The module of a plug-in."""
    source = find(room, name)
    if str(source.root) not in sys.path:
        sys.path.insert(0, str(source.root))
    return import_module(source.module)


def load(room, name):
    """The function of a plug-in; methods and probes check what they are given."""
    function = getattr(imported(room, name), find(room, name).function)
    if room not in ("methods", "probes"):
        return function
    from lossland.landscape.edge import checked  # torch, which planning does without

    return checked(function)


def last_line(error) -> str:
    """Where an error arose, as file and line: in code of ours or of the user's own if that is on the way."""
    ours = [f for f in extract_tb(error.__traceback__) if "site-packages" not in f.filename]
    last = [f for f in ours if any(Path(f.filename).is_relative_to(root) for root in (ROOT / "lossland", Path.cwd()))][-1]
    return f"{last.filename}, line {last.lineno}"


def names(room) -> list[str]:
    return sorted(files(room))


@lru_cache(None)
def plugin(room, name) -> Plugin:
    """Raises FileNotFoundError if there is no such file, SyntaxError, NameError or ValueError if it is not a plug-in."""
    source = find(room, name)
    tree = ast.parse((source.root / source.file).read_bytes(), source.file)
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == source.function]
    if not found:
        raise NameError(f"it has no function {source.function}")
    arguments = found[0].args
    _refuse_form(room, tree, found[0])
    annotations = {a.arg: ast.unparse(a.annotation) for a in arguments.args + arguments.kwonlyargs if a.annotation}
    said = {
        name.lower(): value for name, value in _constants(tree, CONSTANTS if room not in ("data", "models") else ()).items()
    }
    if of_paper := "papers" in source.file:
        said |= {"needs": "classes"} if _reads_errors(tree) else {}
    defaults = dict(zip((a.arg for a in arguments.kwonlyargs), arguments.kw_defaults, strict=True))
    if bare := defaults.keys() - annotations.keys():
        raise ValueError(f"its option {min(bare)} has no annotation")
    tables = {n: match[1] for n, text in annotations.items() if (match := TABLE.fullmatch(text))}
    choices = {
        n: (_annotation(annotations[n]), REQUIRED if default is None else ast.literal_eval(default))
        for n, default in defaults.items()
        if n not in tables
    }
    return Plugin(
        room,
        name,
        caption=ast.get_docstring(tree) or "",
        inputs=tuple(a.arg for a in arguments.args),
        options=choices,
        tables=tables,
        optional=frozenset(n for n in tables if defaults[n] is not None),
        sources=typing.get_args(_annotation(annotations.get("sources", "Sources")))[1],
        returns=ast.unparse(found[0].returns) if found[0].returns else "",
        reads_loss=of_paper and any(isinstance(n, ast.Constant) and n.value == "loss" for n in ast.walk(tree)),
        **said,
    )


def constant(file, name):
    """The value of a constant of a file that is not imported."""
    return _constants(ast.parse(file.read_bytes()), [name])[name]


def _constants(tree, names) -> dict:
    """Those of the constants `names` that a module has."""
    given = {ast.unparse(n.targets[0]): n.value for n in tree.body if isinstance(n, ast.Assign)}
    return {name: ast.literal_eval(given[name]) for name in names if name in given}


def _reads_errors(tree):
    """Whether a figure or claims pick rows of quantity error from their tables, without an option that says otherwise."""
    keywords = (n for n in ast.walk(tree) if isinstance(n, ast.keyword) and n.arg == "quantity")
    return any(isinstance(n.value, ast.Constant) and n.value.value == "error" for n in keywords)


def _refuse_form(room, tree, function):
    """What every plug-in of a room has: its positional parameters, and what stands beside its function."""
    given = tuple(a.arg for a in function.args.args)
    if given not in POSITIONAL[room]:
        wanted = " or ".join(f"({', '.join([*form, '*', '...'])})" for form in POSITIONAL[room])
        raise ValueError(f"{function.name} takes ({', '.join(given)}); it must take {wanted}, options after the *")
    bound = _bound(tree)
    if room in ("figures", "claims", "judges") and not ast.get_docstring(tree):
        raise ValueError("it has no docstring, which is its caption")
    if missing := NEEDED.get(room, set()) - bound:
        raise ValueError(f"it does not say its {min(missing)}")
    returns = ast.unparse(function.returns) if function.returns else "nothing"
    if room == "figures" and returns not in RETURNED:
        raise ValueError(f"{function.name} says that it returns {returns}; it must say one of {', '.join(RETURNED)}")


def _bound(tree):
    """The names that a module has, and "*" if it imports all of another."""
    found, todo = set(), [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node is not tree:
            found.add(node.name)  # what is in it is its own
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        else:
            found |= {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else set()
            todo += ast.iter_child_nodes(node)
    return found


def refuse_unbound(room, name):
    """Raises FileNotFoundError if there is no such file, SyntaxError or NameError if it has not what is named."""
    source = find(room, name)
    bound = _bound(ast.parse((source.root / source.file).read_bytes(), source.file))
    if source.function not in bound and "*" not in bound:
        raise NameError(f"{source.file} has no {source.function}{options.nearest(source.function, sorted(bound))}")


def _annotation(text):
    return eval(text, vars(typing) | vars(options))  # an annotation of our own source, not of a config
