"""Text files that are whole or not there: written beside their place, then renamed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sim.errors import RippleError


def require_writable(path: str | Path) -> None:
    """Raise RippleError when a file could not be written there; for what is known only after a long time."""
    target = Path(path).absolute()
    above = next(folder for folder in target.parents if folder.exists())
    try:
        if target.is_dir():
            raise IsADirectoryError(0, "is a folder")
        with tempfile.TemporaryFile(dir=above):
            pass
    except OSError as problem:
        raise RippleError(f"{path} cannot be written: {problem.strerror}") from None


def write_text(path: str | Path, text: str) -> Path:
    """Write a text (UTF-8) to a file, making the folders above it; returns the path. On an error nothing is changed.

    Raises RippleError when the file cannot be written.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise RippleError(f"{path} cannot be written: {problem.strerror}") from None
    return target
