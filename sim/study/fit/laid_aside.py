"""Arrays laid aside while a fit runs: one file each, whole or not there, in a folder that belongs to one request."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sim.errors import RippleError
from sim.files import write_text

_REQUEST = "fit.json"


class Parts:
    """The finished parts of one fit."""

    def __init__(self, folder: str | Path, facts: Mapping[str, object]):
        """Begin a folder, or go on with the one that is there.

        Raises RippleError when it belongs to another request, naming what is different, or cannot be written.
        """
        self.folder = Path(folder).expanduser()
        text = json.dumps(dict(facts), default=str)
        if not is_unfinished(self.folder):
            if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
                raise RippleError(f"{self.folder} holds other things than runs of a fit")
            write_text(self.folder / _REQUEST, text)
            return
        before, now = json.loads((self.folder / _REQUEST).read_text(encoding="utf-8")), json.loads(text)
        changed = [key for key in now if before.get(key) != now[key]]
        if changed:
            raise RippleError(
                f"{self.folder} holds runs of another fit; different: {', '.join(changed)}. "
                f"Ask for the same as then, or begin anew (--force)"
            )

    def read(self, name: str) -> np.ndarray | None:
        """A part that was laid aside; None when it was not."""
        file = self.folder / f"{name}.npy"
        return np.load(file, allow_pickle=False) if file.exists() else None

    def write(self, name: str, values: np.ndarray) -> None:
        """Lay a part aside."""
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=self.folder)
        with os.fdopen(handle, "wb") as file:
            np.save(file, values, allow_pickle=False)
        Path(temporary).replace(self.folder / f"{name}.npy")


def is_unfinished(folder: Path) -> bool:
    """True for a folder of parts."""
    return (folder / _REQUEST).exists()


def runs_in(folder: Path) -> int:
    """How many runs are laid aside in a folder."""
    return sum(int(file.stem.rpartition("-")[2]) for file in folder.glob("*.npy"))


def discard(folder: Path) -> None:
    """Remove a folder of parts; anything else is left alone."""
    if is_unfinished(folder):
        shutil.rmtree(folder, ignore_errors=True)
