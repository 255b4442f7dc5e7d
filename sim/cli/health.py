"""`ripple doctor`: what this machine has, whether Trust Ripple works on it, and what to do when not."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from sim.cli.console import console, say

_OLDEST, _NEWEST = (3, 11), (3, 15)  # as in pyproject.toml: at least, below
_LEAST_SPACE = 200e6  # bytes; the compiled kernels take some tens of MB
Finding = tuple[str, str, str]  # "ok", "note" or "BAD"; what; in words


@click.command()
def doctor() -> int:
    """Look at this machine, run a small test, name known problems."""
    screen = console()
    bad = False
    checks = (_python, _packages, _machine, _library, _kernels, _folders, _networks, _self_test, _known_problems)
    for one in checks:
        for sign, what, words in _safely(one):
            bad = bad or sign == "BAD"
            say(screen, f"{what}: {words}", first=f"{sign:<5} ", style="bold red" if sign == "BAD" else "")
    screen.print()
    say(screen, "Something is wrong; see the lines that begin with BAD." if bad else "All is well.", style="bold")
    return 1 if bad else 0


def _safely(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of a check; a check that fails is a finding, for a doctor must not faint."""
    try:
        yield from check()
    except Exception as problem:  # noqa: BLE001
        yield "BAD", check.__name__.strip("_").replace("_", " "), f"{type(problem).__name__}: {problem}"


def _python() -> Iterator[Finding]:
    import sim

    fits = _OLDEST <= sys.version_info[:2] < _NEWEST
    words = f"{platform.python_version()} ({sys.executable})"
    if not fits:
        words += f"; Trust Ripple needs {_OLDEST[0]}.{_OLDEST[1]} up to below {_NEWEST[0]}.{_NEWEST[1]}"
    yield "ok", "Trust Ripple", f"{sim.__version__} in {Path(sim.__file__).parent}"
    yield "ok" if fits else "BAD", "Python", words


def _packages() -> Iterator[Finding]:
    from importlib import metadata

    names = ("numpy", "numba", "networkx", "mesa", "pandas", "pyarrow", "pydantic", "ruamel.yaml", "click", "rich",
             "matplotlib", "jinja2")  # fmt: skip
    found, missing = [], []
    for name in names:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    yield "ok", "packages", ", ".join(found)
    if missing:
        yield (
            "BAD",
            "packages",
            f"{', '.join(missing)} are missing; install trust-ripple anew: pip install trust-ripple",
        )


def _machine() -> Iterator[Finding]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield "ok", "machine", f"{platform.system()} {platform.machine()}, {cores} cores"


def _library() -> Iterator[Finding]:
    from sim.library import scenarios_folder

    folder = scenarios_folder()
    count = len(list(folder.glob("*.yaml")))
    yield "ok" if count else "BAD", "scenarios", f"{count} in {folder}"


def _kernels() -> Iterator[Finding]:
    from sim.compiled import CACHE_FOLDER, cached

    state = "compiled" if cached() else "not compiled yet; the first run takes up to half a minute more"
    yield "ok", "kernels", f"{state} ({CACHE_FOLDER})"
    if CACHE_FOLDER.parent == Path(tempfile.gettempdir()):
        words = "no lasting folder is writable, so every start compiles anew; name one in RIPPLE_CACHE_DIR"
        yield "note", "kernels", words
    free = shutil.disk_usage(CACHE_FOLDER).free
    if free < _LEAST_SPACE:
        yield "note", "disk", f"{free / 1e6:.0f} MB are free at {CACHE_FOLDER}"


def _folders() -> Iterator[Finding]:
    for what, folder in (("working folder", Path.cwd()), ("temporary folder", Path(tempfile.gettempdir()))):
        try:
            with tempfile.NamedTemporaryFile(dir=folder):
                yield "ok", what, f"{folder} is writable"
        except OSError as problem:
            sign = "note" if what == "working folder" else "BAD"
            yield sign, what, f"{folder} is not writable ({problem.strerror}); give --out a folder that is"


def _networks() -> Iterator[Finding]:
    named = os.environ.get("RIPPLE_DATA")
    if not named:
        yield "ok", "networks", "RIPPLE_DATA names no folder; give an edge list with --network PATH"
        return
    folder = Path(named) / "networks"
    count = len([path for path in folder.iterdir() if path.is_file()]) if folder.is_dir() else 0
    words = (
        f"{count} files in {folder}"
        if count
        else f"RIPPLE_DATA is {named}, but there is no folder networks/ with files"
    )
    yield "ok" if count else "note", "networks", words


def _self_test() -> Iterator[Finding]:
    """A small run: its books close, the same seed gives the same bits, and silence is not better than it was."""
    from sim.study import results

    asked = {"users": 500, "horizon": "30 d", "seed": 1}
    results.run("data-breach", **asked)  # type: ignore[arg-type]
    began = time.perf_counter()
    first, second = (results.run("data-breach", **asked) for _ in range(2))  # type: ignore[arg-type]
    took = (time.perf_counter() - began) / 2
    same = first.series.equals(second.series)
    fell = first.series["trust"].min() < first.series["trust"].iloc[0]
    if same and fell:
        yield "ok", "self-test", f"500 users over 30 days in {1000 * took:.0f} ms, twice the same, books closed"
    else:
        yield "BAD", "self-test", "two equal runs differ" if not same else "a data breach cost no trust"


def _known_problems() -> Iterator[Finding]:
    import sim

    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        yield "BAD", "NUMBA_DISABLE_JIT", "is set: nothing is compiled and a run takes hours; unset it"
    beside = [name for name in ("sim", "sim.py") if (Path.cwd() / name).exists()]
    own = Path(sim.__file__).resolve().parent
    if beside and (Path.cwd() / beside[0]).resolve() != own:
        words = f"this folder holds {beside[0]} of its own; `ripple` is not misled by it, but `python` started here would be"
        yield "note", "import sim", words
    encoding = getattr(sys.stdout, "encoding", "") or ""
    if not encoding.lower().startswith("utf"):
        yield "note", "encoding", f"the terminal writes {encoding}: charts are drawn with stars; PYTHONUTF8=1 may help"
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        words = "recent versions of Numba are not built for Intel Macs; constraints.txt holds versions that are"
        yield "note", "Intel Mac", words
