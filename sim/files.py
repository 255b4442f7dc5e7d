"""Text files that are whole or not there: written beside their place, then renamed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sim.errors import RippleError


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
