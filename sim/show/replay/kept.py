"""Places of users kept between starts: laying out 2,000 users takes half a second, reading where they stood a millisecond.

They lie beside the compiled loops, one file for each network and each version of the layout, some hundred at most. A file
that cannot be read or written is no one's problem: the network is laid out anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np

from sim.compiled import CACHE_FOLDER, source_hash
from sim.show.layout import positions

LEAST = 300  # users; fewer are laid out faster than a file is found
MOST_FILES = 100


def kept_positions(start: np.ndarray, heard: np.ndarray, folder: Path | None = None) -> np.ndarray:
    """`positions` of a network, f8[n, 2], from an earlier start when there was one. folder: another than the usual one."""
    n = len(start) - 1
    if n < LEAST:
        return positions(start, heard)
    folder = folder or CACHE_FOLDER.parent / "places"
    digest = hashlib.blake2b(np.asarray(start, np.int64).tobytes(), digest_size=16)
    digest.update(np.asarray(heard, np.uint32).tobytes())
    digest.update(source_hash("sim.show.layout").encode())
    path = folder / f"{digest.hexdigest()}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):
        found = np.load(path, allow_pickle=False)
        if found.shape == (n, 2) and found.dtype == np.float64 and np.isfinite(found).all():
            return found
    placed = positions(start, heard)
    with contextlib.suppress(OSError):
        _keep(path, placed)
    return placed


def _keep(path: Path, placed: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    others = sorted(path.parent.glob("*.npy"), key=lambda one: one.stat().st_mtime)
    for old in others[: max(0, len(others) - MOST_FILES + 1)]:
        old.unlink(missing_ok=True)
    handle, temporary = tempfile.mkstemp(suffix=".part", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        np.save(file, placed, allow_pickle=False)
    Path(temporary).replace(path)
