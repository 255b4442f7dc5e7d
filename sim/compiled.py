"""The one decorator for compiled loops, and the folder their machine code is kept in.

Numba keys a cached function on its own file only: a kernel that calls a function of another file keeps the old
machine code after that file was edited. So the cache lives in a folder named by the hash of every source of this
package; an edit anywhere gives a new folder. The user's own Numba settings are left as they were.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numba
from numba import config

_KEEP_FOLDERS = 4  # older caches are of no use to anyone; a few serve people who switch between versions


def source_hash(package: Path | None = None) -> str:
    """The hash (16 hex digits) of all Python sources of the package and of Numba's and Python's versions."""
    root = package or Path(__file__).parent
    digest = hashlib.blake2b(digest_size=8)
    digest.update(f"{numba.__version__} {sys.version_info[:2]}".encode())
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


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


def _prune(root: Path, keep: Path) -> None:
    """Remove the oldest caches that nobody used for a day; a failure here is no one's problem."""
    try:
        others = sorted((p for p in root.iterdir() if p.is_dir() and p != keep), key=lambda p: p.stat().st_mtime)
        for old in others[: max(0, len(others) - _KEEP_FOLDERS + 1)]:
            if time.time() - old.stat().st_mtime > 86400:
                shutil.rmtree(old, ignore_errors=True)
    except OSError:
        pass


def _choose_folder() -> Path:
    try:
        root = _cache_root()
        folder = root / source_hash()
        fresh = not folder.exists()
        if _writable(folder):
            if fresh:
                _prune(root, folder)
            return folder
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


def compiled(function):
    """Compile a loop with Numba: cached in our folder, without the GIL, no fastmath (results are IEEE-exact).

    A division by zero gives infinity, as in NumPy: the check that raises would keep loops from vectorising.
    """
    before = config.CACHE_DIR
    config.CACHE_DIR = str(CACHE_FOLDER)
    try:
        return numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before


def cached() -> bool:
    """True when machine code from an earlier start is there, so that nothing has to be compiled."""
    return any(CACHE_FOLDER.rglob("*.nbi"))
