"""What people install: names without weight, free licences, exact versions, a library that is found, a clear set-up."""

from __future__ import annotations

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import sim
from sim.library import experiments_folder, scenarios_folder

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CORE = [Requirement(text) for text in PROJECT["dependencies"]]


def extra_of(name: str) -> list[Requirement]:
    """What an extra asks for, with that of the extras it names."""
    out = []
    for requirement in map(Requirement, PROJECT["optional-dependencies"][name]):
        own = requirement.name == PROJECT["name"]
        out += [r for extra in sorted(requirement.extras) for r in extra_of(extra)] if own else [requirement]
    return out


EXTRAS = {name: extra_of(name) for name in PROJECT["optional-dependencies"]}
NAMES_IN_IMPORTS = {
    "ruamel": "ruamel-yaml",
    "PIL": "pillow",
    "mpl_toolkits": "matplotlib",
    "markupsafe": "jinja2",  # Jinja's own Markup lives there
}


def fresh(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter that finds this checkout."""
    kept = ("PATH", "SYSTEMROOT", "HOME")  # the rest may have been changed by importing the package here
    environment = {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)


# Names ---------------------------------------------------------------------------------------------------------------


def test_import_sim_loads_nothing_heavy_prints_nothing_and_sets_nothing() -> None:
    """Of ours only `sim`, of others nothing that is not of the standard library; the process stays as it was."""
    code = """
import os, sys, warnings, random
state = dict(os.environ), list(warnings.filters), random.getstate(), list(sys.path)
before = set(sys.modules)
import sim
dir(sim)
after = set(sys.modules)
assert (dict(os.environ), list(warnings.filters), random.getstate(), list(sys.path)) == state
heavy = {n for n in after - before if n.split(".")[0] not in sys.stdlib_module_names} - {"sim"}
assert not heavy, heavy
assert not {"numpy", "numba", "pandas", "mesa"} & after
"""
    answer = fresh(code)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_the_names_for_checkers_for_people_and_for_python_are_the_same() -> None:
    """The table in __init__.py, __init__.pyi, __all__ and dir(sim) name the same things in the same modules."""
    stub = ast.parse((ROOT / "sim" / "__init__.pyi").read_text(encoding="utf-8"))
    imported = {}
    for node in stub.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                assert alias.asname == alias.name, f"write `{alias.name} as {alias.name}`: it is given on to people"
                imported[alias.name] = node.module
    assert imported == sim._HOME
    assert sorted(sim.__all__) == sorted(imported)
    answer = fresh("import sim; print(*dir(sim))")
    assert answer.stdout.split() == sorted([*imported, "__version__"])


@pytest.mark.parametrize("name", sorted(sim._HOME))
def test_each_name_is_there(name: str) -> None:
    """sim.NAME is the thing of that name in its module, also the second time and by `from sim import NAME`."""
    thing = getattr(importlib.import_module(sim._HOME[name]), name)
    assert getattr(sim, name) is thing
    assert getattr(sim, name) is thing


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'sim' has no attribute 'nothing'"):
        _ = sim.nothing


def test_the_version_stands_everywhere() -> None:
    version = PROJECT["version"]
    assert sim.__version__ in (version, "0+unknown"), "install again: the metadata is of another version"
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {version} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_command_is_there() -> None:
    """`ripple` calls sim.cli.main. There is no `python -m sim`: it would run a sim.py of the working folder."""
    module, _, function = PROJECT["scripts"]["ripple"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))
    assert not (ROOT / "sim" / "__main__.py").exists()


# Files that come along -----------------------------------------------------------------------------------------------


def test_the_library_is_found_from_any_working_folder(tmp_path: Path) -> None:
    """Beside the package in a checkout, inside it in a wheel; folders of the same name elsewhere change nothing."""
    assert (scenarios_folder(), experiments_folder()) == (ROOT / "scenarios", ROOT / "experiments")
    wheel = tmp_path / "site"
    shutil.copytree(ROOT / "sim", wheel / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("scenarios", "experiments"):
        (wheel / "sim" / "_data" / name).mkdir(parents=True)
        (wheel / name).mkdir()
    (tmp_path / "scenarios").mkdir()
    code = "import sys; sys.path[0] = sys.argv[1]; from sim.library import *; "
    code += "print(scenarios_folder(), experiments_folder())"
    answer = subprocess.run(
        [sys.executable, "-c", code, str(wheel)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    inside = wheel / "sim" / "_data"
    assert answer.stdout.strip() == f"{inside / 'scenarios'} {inside / 'experiments'}", answer.stderr


def test_a_library_that_was_lost_is_one_clear_error(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    code = "import sys; sys.path[0] = sys.argv[1]; from sim.library import *; scenarios_folder()"
    command = [sys.executable, "-c", code, str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "RippleError: the folder 'scenarios' of Trust Ripple is missing" in answer.stderr


# Requirements, versions, licences ------------------------------------------------------------------------------------


def for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def outside_imports(path: Path) -> Iterator[tuple[str, bool]]:
    """The distributions that a file imports, and whether it does so inside a function, or for checkers of types only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = (f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) or for_types(f))
    inside = {id(n) for f in inner for n in ast.walk(f)}
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in (n.split(".")[0] for n in names):
            if name not in sys.stdlib_module_names and name not in ("sim", "tests"):
                yield canonicalize_name(NAMES_IN_IMPORTS.get(name, name)), id(node) in inside


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(r.name) for r in requirements}


def test_everything_that_is_imported_is_required() -> None:
    """The package imports core requirements; what an extra brings only inside functions, where it may be missing."""
    optional = names(EXTRAS["all"]) | names(EXTRAS["bench"]) | {"playwright"}  # it comes with the extra `test`
    for path in (ROOT / "sim").rglob("*.py"):
        for name, inside in outside_imports(path):
            assert name in names(CORE) or (inside and name in optional), f"{path.name} imports {name}"
    for folder, extra in (("tests", "test"), ("experiments", "bench")):
        beside = {canonicalize_name(path.stem) for f in (folder, "experiments") for path in (ROOT / f).rglob("*.py")}
        for path in (ROOT / folder).rglob("*.py"):
            for name, _ in outside_imports(path):
                known = names(CORE) | names(EXTRAS["all"]) | names(EXTRAS[extra]) | beside
                assert name in known, f"{folder}/{path.name} imports {name}; add it to the extra `{extra}`"


def test_constraints_pin_every_requirement_once_and_name_no_place() -> None:
    """Lines `name==version` or `name==version; condition`; for this Python and platform one version of each at most."""
    read: dict[str, set[str]] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*(; [a-z0-9_'.=!<>() ]+)?", line), line
            pin = Requirement(line)
            if pin.marker is None or pin.marker.evaluate():
                read.setdefault(pin.name, set()).add(next(iter(pin.specifier)).version)
    assert all(len(versions) == 1 for versions in read.values()), read
    for requirement in [*CORE, *(r for extra in EXTRAS.values() for r in extra)]:
        if requirement.marker is None or requirement.marker.evaluate():
            (version,) = read[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"{requirement} but {version}: run `make constraints`"


def is_free(expression: str) -> bool:
    """Whether a licence expression (SPDX) can be met without the GPL: OR takes either side, AND both.

    `GPL-3.0-or-later WITH GCC-exception-3.1` is what compilers link into every program; it asks nothing of the program.
    """
    tokens = re.findall(r"[()]|[^\s()]+", expression)

    def some() -> bool:
        value = both()
        while tokens and tokens[0].upper() == "OR":
            tokens.pop(0)
            value = both() or value
        return value

    def both() -> bool:
        value = one()
        while tokens and tokens[0].upper() == "AND":
            tokens.pop(0)
            value = one() and value
        return value

    def one() -> bool:
        token = tokens.pop(0)
        if token == "(":
            value = some()
            assert tokens.pop(0) == ")", expression
            return value
        exception = ""
        if tokens and tokens[0].upper() == "WITH":
            tokens.pop(0)
            exception = tokens.pop(0)
        return "GPL" not in token.upper() or exception == "GCC-exception-3.1"

    value = some()
    assert not tokens, expression
    return value


def licence(distribution: metadata.Distribution) -> tuple[str, bool]:
    """What a distribution says of its licence, and whether that is free of the GPL."""
    about = distribution.metadata
    expression = about.get("License-Expression")
    if expression:
        return expression, is_free(expression)
    said = [
        c for c in about.get_all("Classifier") or [] if c.startswith("License ::") and not c.endswith("OSI Approved")
    ]
    if not said:
        said = [next((line for line in (about.get("License") or "").splitlines() if line.strip()), "")]
    text = "; ".join(said)
    return text, bool(text.strip()) and not re.search(r"GPL|General Public", text, re.IGNORECASE)


def installed_for(roots: list[Requirement]) -> dict[str, metadata.Distribution]:
    """All distributions that are installed because of the roots."""
    found: dict[str, metadata.Distribution] = {}
    queue = [(root, "") for root in roots]
    seen = set()
    while queue:
        requirement, extra = queue.pop()
        name = canonicalize_name(requirement.name)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        for wanted in ("", *sorted(requirement.extras)):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                found[name] = metadata.distribution(name)
                queue += [(Requirement(text), wanted) for text in found[name].requires or []]
    return found


def test_no_package_that_is_installed_is_under_the_gpl() -> None:
    """Core and the extra `test`, with all they bring: License-Expression, else classifiers, else the first line."""
    found = installed_for([*CORE, *EXTRAS["test"]])
    assert len(found) > 25
    for name, distribution in sorted(found.items()):
        text, free = licence(distribution)
        assert free, f"{name} {distribution.version}: {text or 'says nothing of its licence'}"


@pytest.mark.parametrize(
    ("expression", "free"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("LGPL-2.1-or-later", False),
        ("MIT OR GPL-2.0-or-later", True),
        ("MIT AND (GPL-2.0-or-later OR Apache-2.0)", True),
        ("MIT AND AGPL-3.0-only", False),
        ("BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1", True),
        ("(MIT OR Zlib) AND GPL-3.0-or-later WITH Font-exception-2.0", False),
    ],
)
def test_licence_expressions_are_read_right(expression: str, free: bool) -> None:
    assert is_free(expression) is free


@pytest.mark.parametrize(
    ("lines", "free"),
    [
        ("License: MIT", True),
        ("License: GNU GPLv3", False),
        ("Classifier: License :: OSI Approved\nLicense: GPL-2", False),
        ("Classifier: License :: OSI Approved :: MIT License\nLicense: long text, compatible with the GPL", True),
        ("Classifier: License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("License-Expression: MIT\nClassifier: License :: OSI Approved :: GNU General Public License (GPL)", True),
        ("Summary: says nothing", False),
    ],
)
def test_licences_are_found_in_all_places_where_packages_say_them(tmp_path: Path, lines: str, free: bool) -> None:
    folder = tmp_path / "thing-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: thing\nVersion: 1.0\n{lines}\n", encoding="utf-8")
    assert licence(metadata.Distribution.at(folder))[1] is free


# Set-up --------------------------------------------------------------------------------------------------------------


def set_up(tmp_path: Path, interpreters: dict[str, int], wanted: str = "") -> subprocess.CompletedProcess[str]:
    """Run .ci/venv.sh where only these interpreters are on the path; each ends its probe with the given exit code."""
    place = tmp_path / "a place"
    place.mkdir(exist_ok=True)
    for name, code in interpreters.items():
        stub = place / name
        stub.write_text(f'#!/bin/sh\ncase "$2" in *ensurepip*) exit {code} ;; *) echo 3.12 ;; esac\n', encoding="utf-8")
        stub.chmod(0o755)
    command = ["/bin/sh", str(ROOT / ".ci" / "venv.sh"), ".", wanted]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=place, env={"PATH": str(place)}, timeout=60
    )


posix = pytest.mark.skipif(os.name != "posix", reason="the Makefile is for Linux and macOS")


@posix
def test_set_up_without_a_fitting_python_says_what_fits(tmp_path: Path) -> None:
    """python3 is too old, python3.13 is on the path but does not run (126: pyenv and broken links)."""
    answer = set_up(tmp_path, {"python3": 1, "python3.13": 126})
    assert answer.returncode == 1
    assert answer.stderr.startswith("No Python from 3.11 to 3.14 was found")
    assert "make run PYTHON=" in answer.stderr


@posix
def test_set_up_names_the_package_that_is_missing(tmp_path: Path) -> None:
    """Debian leaves venv out of python3; the first Python that would fit otherwise is named."""
    answer = set_up(tmp_path, {"python3": 126, "python3.12": 2})
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "python3.12 (Python 3.12) cannot make a virtual environment: its venv package is missing.",
        "On Debian and Ubuntu: sudo apt install python3-venv    (or python3.12-venv)",
    ]


@posix
def test_set_up_with_a_python_that_was_asked_for_tries_no_other(tmp_path: Path) -> None:
    answer = set_up(tmp_path, {"my python": 1, "python3": 0}, wanted="my python")
    assert (answer.returncode, answer.stderr) == (1, "'my python' is not a Python from 3.11 to 3.14 that runs.\n")


@posix
def test_every_fitting_python_is_listed_once(tmp_path: Path) -> None:
    """One line for each version, oldest first: by name on the path, else from pyenv; what does not fit is left out."""
    found = {"python3.13": "3.13", "python3.12": "", "python3": "3.13"}
    pyenv = {"3.9.1": "", "3.12.1": "3.12", "3.14.0": "3.14", "3.14.1": "3.14"}
    places = {tmp_path / "bin" / name: version for name, version in found.items()}
    places |= {tmp_path / "pyenv" / "versions" / name / "bin" / "python3": v for name, v in pyenv.items()}
    for place, version in places.items():  # those without a version exit with 1
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"#!/bin/sh\n[ -n '{version}' ] && echo {version}\n", encoding="utf-8")
        place.chmod(0o755)
    for tool in ("sort", "sh"):
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    answer = subprocess.run(
        ["/bin/sh", str(ROOT / ".ci" / "venv.sh"), "--list"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": str(tmp_path / "bin"), "PYENV_ROOT": str(tmp_path / "pyenv")},
        timeout=60,
    )
    assert answer.stdout.splitlines() == [
        f"3.12 {tmp_path}/pyenv/versions/3.12.1/bin/python3",
        f"3.13 {tmp_path}/bin/python3.13",
        f"3.14 {tmp_path}/pyenv/versions/3.14.0/bin/python3",
    ]


def test_make_lists_its_targets() -> None:
    """`make` alone explains every target, and every target is there."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    explained = re.findall(r"@echo 'make ([\w-]+) ", text)
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    assert sorted(phony[1].split()) == sorted(["help", *explained])
    for target in explained:
        assert re.search(rf"^{target}:", text, re.MULTILINE), target


@pytest.mark.parametrize(("ci", "data", "failed"), [("true", "/tmp", True), ("true", "", False), ("", "/tmp", False)])
def test_a_skipped_test_fails_the_run_only_in_ci_beside_real_networks(
    tmp_path: Path, ci: str, data: str, failed: bool
) -> None:
    for name in ("conftest.py", "browser.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / name)
    text = "import pytest\ndef test_one():\n    pytest.skip('not today')\ndef test_two():\n    pass\n"
    (tmp_path / "test_it.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    environment = os.environ | {"CI": ci, "RIPPLE_DATA": data}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert answer.returncode == (1 if failed else 0), answer.stdout
    assert ("1 failed, 1 passed" if failed else "1 passed, 1 skipped") in answer.stdout.splitlines()[-1]
    assert "not today" in answer.stdout or not failed
