"""Results on disk: a folder is written beside its place and renamed, so it is whole or not there."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from sim.errors import RippleError


def check_target(folder: str | Path, *, force: bool = False) -> Path:
    """The path, when a result may be written there. Raises RippleError and touches nothing when not."""
    target = Path(folder).expanduser()
    if target.exists() and not target.is_dir():
        raise RippleError(f"{target} is a file; name a folder for the results")
    if target.is_dir() and any(target.iterdir()):
        if not force:
            raise RippleError(f"{target} is not empty; name another folder, or replace it with --force (force=True)")
        if not _ours(target):
            raise RippleError(f"{target} holds other things than results of Trust Ripple; it is not replaced")
    above = target.resolve().parent
    while not above.exists():
        above = above.parent
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise RippleError(f"{target} cannot be written: no permission in {above}")
    return target


def _ours(folder: Path) -> bool:
    return (folder / "provenance.json").exists()


@contextlib.contextmanager
def new_folder(folder: str | Path, *, force: bool = False) -> Iterator[Path]:
    """A folder to write into; at the end it takes the place of `folder`, at once. On an error nothing is changed.

    Raises RippleError when the target is not empty (unless `force` and it holds our results) or cannot be written.
    """
    target = check_target(folder, force=force)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    except OSError as problem:
        raise RippleError(f"{target} cannot be written: {problem.strerror}") from None
    try:
        yield work
        work.chmod(0o755)
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".old", dir=target.parent))
            target.rename(old / "was")
            work.rename(target)
            shutil.rmtree(old, ignore_errors=True)
        else:
            work.rename(target)
    except OSError as problem:
        raise RippleError(f"{target} cannot be written: {problem.strerror}") from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def tables_in(folder: Path, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The tables NAME.parquet of a folder. Raises FileNotFoundError that names the one which is missing."""
    found = {}
    for name in names:
        file = folder / f"{name}.parquet"
        if not file.exists():  # what readers of Parquet raise does not say which
            raise FileNotFoundError(errno.ENOENT, "is missing", str(file))
        found[name] = pd.read_parquet(file)
    return found
