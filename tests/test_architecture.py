"""The shape of the code: imports run one way, down; random numbers come from one place; modules stay small."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "sim"

# Bottom to top. A module imports from its own floor and from those below.
FLOORS = (
    ("sim.compiled", "sim.errors", "sim.files", "sim.library", "sim.spreadsheet", "sim.units", "sim.theory"),
    ("sim.world",),
    ("sim.scenario",),
    ("sim.dynamics",),
    ("sim.study",),
    ("sim.model",),
    ("sim.show",),
    ("sim.bench",),
    ("sim.cli",),
)

# Who may import a library at all, and who may do so at the top of the module; all others only where they use it.
# What is not named here is open to all.
LIBRARIES = {
    "numba": (("sim.compiled",), ("sim.compiled",)),
    "llvmlite": (("sim.compiled",), ("sim.compiled",)),
    "mesa": (("sim.model", "sim.bench"), ("sim.model",)),
    "cynetdiff": (("sim.bench",), ()),
    "networkx": (("sim.world",), ()),
    "scipy": (("sim.world", "sim.study", "sim.bench"), ()),
    "SALib": (("sim.study",), ()),
    "xarray": (("sim.study",), ()),
    "dask": (("sim.study",), ()),
    "distributed": (("sim.study",), ()),
    "optuna": (("sim.study",), ()),
    "starlette": (("sim.show.lab",), ()),
    "uvicorn": (("sim.show.lab",), ()),
    "segno": (("sim.show.lab",), ()),
    "playwright": (("sim.bench",), ()),
    "PIL": (("sim.show", "sim.bench"), ()),
    "pandas": (("sim",), ("sim.model", "sim.study", "sim.show")),
    "pyarrow": (("sim.study",), ("sim.study",)),
    "pydantic": (
        ("sim.scenario", "sim.study.sweep", "sim.study.fit"),
        ("sim.scenario", "sim.study.sweep.keys", "sim.study.fit.keys"),
    ),
    "ruamel": (("sim.scenario", "sim.study"), ("sim.scenario",)),
    "matplotlib": (("sim.show",), ("sim.show",)),
    "jinja2": (("sim.show",), ("sim.show",)),
    "rich": (("sim.show", "sim.cli"), ("sim.show",)),
    "click": (("sim.cli",), ("sim.cli",)),
}


@dataclass(frozen=True)
class Import:
    """One name of one import statement."""

    source: str  # the module that holds it
    target: str  # the full dotted name that is imported
    line: int
    top: bool  # at the top of the module, so that importing the source imports the target
    for_types: bool  # under `if TYPE_CHECKING:`

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}: {self.target}"


@cache
def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "_data" not in parts:
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def imports_in(source: str, body: list[ast.stmt], top: bool = True, for_types: bool = False) -> Iterator[Import]:
    for statement in body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield Import(source, alias.name, statement.lineno, top, for_types)
        elif isinstance(statement, ast.ImportFrom):
            assert statement.level == 0, f"{source}, line {statement.lineno}: write imports in full"
            for alias in statement.names:
                yield Import(source, f"{statement.module}.{alias.name}", statement.lineno, top, for_types)
        else:
            inside = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
            types = for_types or (isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test))
            for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                yield from imports_in(source, getattr(statement, field, []), top and not inside, types)


@cache
def imports() -> tuple[Import, ...]:
    return tuple(one for module in modules() for one in imports_in(module, tree(module).body))


def module_of(name: str) -> str:
    """The module of the package that a dotted name lies in: `sim.units.hours` -> `sim.units`."""
    while name not in modules():
        name = name.rpartition(".")[0]
    return name


def within(module: str, folders: tuple[str, ...]) -> bool:
    return any(module == folder or module.startswith(folder + ".") for folder in folders)


def floor(module: str) -> int:
    levels = [level for level, names in enumerate(FLOORS) if within(module, names)]
    assert levels, f"{module} stands on no floor; give it one in tests/test_architecture.py"
    return levels[0]


def own_imports() -> list[tuple[Import, str]]:
    return [(one, module_of(one.target)) for one in imports() if one.target.split(".")[0] == "sim"]


def test_imports_run_one_way_down() -> None:
    """floor(source) >= floor(target) for every import of ours, wherever it stands.

    Nobody imports the root, which knows everyone; only a command may ask it for its version and its place.
    """
    assert len(own_imports()) > 20
    for one, target in own_imports():
        if one.target == "sim.__version__" or (one.target == "sim" and within(one.source, FLOORS[-1]) and not one.top):
            continue
        assert target != "sim", f"{one}: the root holds names only; import from the module that has it"
        assert floor(one.source) >= floor(target), f"{one} stands on a higher floor"


def test_modules_import_each_other_in_no_circle() -> None:
    """The imports at the top of modules: a depth-first walk meets no module that it is in.

    A method may import, inside, a module of its own floor that is built on its class; what is imported for type checkers
    only is not imported.
    """
    edges: dict[str, set[str]] = {}
    for one, target in own_imports():
        if one.top and not one.for_types and target not in ("sim", one.source):
            edges.setdefault(one.source, set()).add(target)
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path, module))
        if module not in done:
            for target in sorted(edges.get(module, ())):
                walk(target, (*path, module))
            done.add(module)

    for module in sorted(edges):
        walk(module, ())


def test_only_setup_sees_both_a_scenario_and_a_world() -> None:
    """In dynamics/ acts, parameters and policies are known as values; the scenario file is known to setup.py alone."""
    allowed = {"sim.scenario.acts", "sim.scenario.parameters", "sim.scenario.parts", "sim.scenario"}
    for one, target in own_imports():
        if within(one.source, ("sim.dynamics",)) and one.source != "sim.dynamics.setup":
            assert not within(target, ("sim.scenario",)) or target in allowed, f"{one}: ask setup.py"


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    """Each library is imported only by those who need it, and at the top of a module only where LIBRARIES says so."""
    for one in imports():
        library = one.target.split(".")[0]
        if library in LIBRARIES and not one.for_types:
            anywhere, at_top = LIBRARIES[library]
            assert within(one.source, anywhere), f"{one}: only {', '.join(anywhere)} may"
            assert not one.top or within(one.source, at_top), f"{one}: import it inside the function that uses it"


def test_the_command_line_imports_nothing_that_computes_at_its_top() -> None:
    """`ripple --help` has to answer in .2 s: of ours only errors and the library, of others only click."""
    ours, others = (
        {"sim.errors", "sim.files", "sim.library", "sim.cli"},
        {"numpy", "pandas", "rich", "concurrent", "multiprocessing"},
    )
    for one in imports():
        if within(one.source, ("sim.cli",)) and one.top and not one.for_types:
            if one.target.split(".")[0] == "sim":
                assert within(module_of(one.target), tuple(ours)), f"{one}: import it inside the command"
            assert one.target.split(".")[0] not in others, f"{one}: import it inside the command"


def dotted(node: ast.AST) -> str:
    return ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""


def test_random_numbers_come_from_draws_only() -> None:
    """No `random`, `secrets` or numpy.random outside world/draws.py; the type np.random.Generator may be named.

    The page may have `secrets`, for names that nobody shall guess; nothing of the model is drawn there.
    """
    for one in imports():
        if one.target.split(".")[0] == "secrets" and within(one.source, ("sim.show.lab",)):
            continue
        assert one.target.split(".")[0] not in ("random", "secrets", "uuid"), f"{one}: draw from sim.world.draws"
        assert not one.target.startswith("numpy.random") or one.source == "sim.world.draws", str(one)
    for module in modules():
        if module == "sim.world.draws":
            continue
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Attribute) and dotted(node.value) in ("np.random", "numpy.random"):
                assert node.attr == "Generator", f"{module}, line {node.lineno}: draw from sim.world.draws"


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_module_has_one_idea_and_at_most_400_lines(module: str) -> None:
    assert len(modules()[module].read_text(encoding="utf-8").splitlines()) <= 400
    assert not re.search(r"util|helper|misc|common$", module), "name it by what it is about"
    if module != "sim" and modules()[module].name != "__init__.py":
        assert ast.get_docstring(tree(module)), f"{module} does not say what it is about"


def texts() -> Iterator[tuple[Path, str]]:
    """All text files of the project: not what is built, installed, cached or run."""
    skipped = re.compile(
        r"(\.git|\.venv.*|\..*_cache|\.hypothesis|__pycache__|build|dist|out|runs|report|.*\.egg-info)$"
    )
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.is_dir() and not path.is_symlink():
                folders += [] if skipped.match(path.name) else [path]
            elif path.is_file() and path.name != ".git":  # in a linked working tree it names its home
                data = path.read_bytes()
                if b"\0" not in data:
                    yield path, data.decode("utf-8", errors="replace")


def test_the_project_stands_alone() -> None:
    """No file names a path of one machine, nor papers that are not in the project."""
    folders = [f"/{name}/" for name in ("work", "root", "opt/wheels", "tmp/plan")]
    papers = [f"{name}.md" for name in ("house", "ground", "design/model")]
    seen = 0
    for path, text in texts():
        seen += 1
        name = path.relative_to(ROOT).as_posix()
        for word in [*folders, *papers]:
            assert word not in text, f"{name} names '{word}'"
        assert name == ".ci/run" or f"shared/{'data'}" not in text, f"{name}: real files are found by RIPPLE_DATA only"
    assert seen > 30
