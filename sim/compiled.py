"""The one decorator for compiled loops, and the folders their machine code is kept in.

Numba keys a cached function on its own file only: a kernel that calls a function of another file keeps the old
machine code after that file was edited. So the loops of a module lie in a folder named by the hash of that module and
of every module of this package that it imports, directly or not: an edit of any of them gives a new folder, and an edit
elsewhere compiles nothing anew. The user's own Numba settings are left as they were.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import numba
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

_I32, _BYTES = ir.IntType(32), ir.IntType(8).as_pointer()
_PACKAGE = Path(__file__).parent
_KEEP_FOLDERS = 4  # of one module; older ones are of no use to anyone, a few serve people who switch between versions
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(sim[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+(sim[\w.]*))", re.M
)


def source_hash(module: str, package: Path | None = None) -> str:
    """The hash (16 hex digits) of a module (`sim.world.draws`), of all it imports of the package, and of Numba."""
    package = package or _PACKAGE
    digest = hashlib.blake2b(digest_size=8)
    digest.update(f"{numba.__version__} {sys.version_info[:2]}".encode())
    known: set[Path] = set()
    waiting = [_file(module, package)]
    while waiting:
        path = waiting.pop()
        if path is not None and path not in known:
            known.add(path)
            waiting += _imported(path, package)
    for path in sorted(known):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _imported(path: Path, package: Path) -> tuple[Path | None, ...]:
    """The files of the package that a file imports from, at its top or inside a function."""
    found = []
    for source, names, whole in _IMPORT.findall(path.read_text(encoding="utf-8")):
        found.append(_file(source or whole, package))
        found += [_file(f"{source}.{name}", package) for name in re.findall(r"\w+", names)]
    return tuple(found)


def _file(module: str, package: Path) -> Path | None:
    """Where the source of a module lies; None for a name that is no module of the package."""
    place = package.joinpath(*module.split(".")[1:])
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file():
            return path
    return None


def _cache_root() -> Path:
    if os.environ.get("RIPPLE_CACHE_DIR"):
        return Path(os.environ["RIPPLE_CACHE_DIR"]).absolute()
    usual = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    return Path(usual or Path.home() / ".cache").absolute() / "trust-ripple" / "kernels"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _prune(root: Path, module: str, keep: Path) -> None:
    """Remove the oldest caches of a module that nobody used for a day; a failure here is no one's problem."""
    try:
        others = sorted((p for p in root.glob(f"{module}-*") if p != keep), key=lambda p: p.stat().st_mtime)
        for old in others[: max(0, len(others) - _KEEP_FOLDERS + 1)]:
            if time.time() - old.stat().st_mtime > 86400:
                shutil.rmtree(old, ignore_errors=True)
    except OSError:
        pass


def _choose_folder() -> Path:
    try:
        root = _cache_root()
        if _writable(root):
            return root
    except (OSError, RuntimeError):  # no home folder, a file in the way
        pass
    private = Path(tempfile.mkdtemp(prefix="trust-ripple-kernels-"))
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # a fork that ends leaves it to the others
            shutil.rmtree(private, ignore_errors=True)

    atexit.register(remove)
    return private


CACHE_FOLDER = _choose_folder()


@cache
def folder_of(module: str) -> Path:
    """The folder with the machine code of a module's loops."""
    folder = CACHE_FOLDER / f"{module}-{source_hash(module)}"
    if not folder.exists():
        _prune(CACHE_FOLDER, module, folder)
    return folder


def compiled(function):
    """Compile a loop with Numba: cached in our folder, without the GIL, no fastmath (results are IEEE-exact).

    A division by zero gives infinity, as in NumPy: the check that raises would keep loops from vectorising. A loop works
    in arrays that it is handed, whose owners keep them: it counts no references and makes no arrays.
    """
    return _njit(function)


def compiled_with_arrays(function):
    """As `compiled`, for a loop that makes arrays of its own."""
    return _njit(function, _nrt=True)


def compiled_apart(function):
    """As `compiled`, for a loop that only other loops call: Python has no way in, which saves a third of compiling."""
    return _njit(function, no_cpython_wrapper=True)


def compiled_into(function):
    """As `compiled_apart`, for a small piece of hot loops: its machine code becomes part of each loop that calls it.

    A call hands over each array as seven words; with thirty arrays that costs more than many a piece does.
    """
    return _njit(function, no_cpython_wrapper=True, forceinline=True)


def part_of_loop(function):
    """For a part of just one loop that stands apart for the reader only: it is compiled as if it were written there."""
    return _njit(function, no_cpython_wrapper=True, inline="always")


def _njit(function, **options):
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder_of(function.__module__))
    try:
        usual = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "_nrt": False}
        return numba.njit(fastmath=False, **{**usual, **options})(function)
    finally:
        config.CACHE_DIR = before


def compile_for(loop, values) -> None:
    """Compile a loop, or take it from the cache, for arguments like some values, without calling it."""
    loop.compile(tuple(numba.typeof(value) for value in values))


@intrinsic
def prefetch(typing_context, array, place):
    """Bring the memory line of array[place] into the cache soon; nothing else happens, for any place in the array."""
    signature = types.void(array, types.intp)

    def code(context, builder, _, arguments):
        data = context.make_array(array)(context, builder, arguments[0]).data
        line = builder.bitcast(builder.gep(data, [arguments[1]]), _BYTES)
        kind = ir.FunctionType(ir.VoidType(), [_BYTES, _I32, _I32, _I32])
        hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        to_write, to_keep, data_cache = (ir.Constant(_I32, k) for k in (1, 3, 1))
        builder.call(hint, [line, to_write, to_keep, data_cache])
        return context.get_dummy_value()

    return signature, code


def cached() -> bool:
    """True when the loops of a run were compiled by an earlier start."""
    return any(folder_of("sim.dynamics.tick").rglob("*.nbi"))
