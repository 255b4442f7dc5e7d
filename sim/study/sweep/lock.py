"""One sweep at a time in a folder: a lock that says who holds it, since when, and whether it is still alive."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.errors import RippleError
from sim.units import roughly

NAME = "lock.json"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[str]:
    """Hold the lock of a folder; gives a sentence when that of a dead process was taken over, else "".

    Raises RippleError, naming the holder and the age, when a living process holds it, or one on another machine.
    """
    file = folder / NAME
    taken_over = _take(file)
    try:
        yield taken_over
    finally:
        held = _read(file) or {}
        if held.items() >= _own().items():
            file.unlink(missing_ok=True)


def _take(file: Path) -> str:
    words = ""
    for _ in range(20):
        if _written(file):
            return words
        holder = _read(file)
        if holder is None:  # gone again, or just being written
            time.sleep(0.05)
            continue
        who = f"process {holder.get('pid')} on {holder.get('host')}"
        age = roughly(max(0.0, time.time() - float(holder.get("since", time.time()))) / 3600)
        if holder.get("host") != socket.gethostname():
            raise RippleError(
                f"{file.parent} is held by a sweep that another machine began ({who}, {age} ago); wait for it, or, if it is "
                f"gone, delete {file}"
            )
        if _alive(holder):
            raise RippleError(f"{file.parent} is held by a sweep that is running ({who}, begun {age} ago); wait for it")
        if _set_aside(file, holder):
            words = f"a lock of {age} ago was taken over: its holder, {who}, is gone"
    raise RippleError(f"{file} changes all the time; is another sweep starting there?")


def _written(file: Path) -> bool:
    """True when the lock was free and is ours now. Its text is there at once or not at all."""
    handle, temporary = tempfile.mkstemp(prefix=".lock.", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as text:
            json.dump({**_own(), "since": time.time()}, text)
        try:
            os.link(temporary, file)
        except FileExistsError:
            return False
        except OSError:  # a disk without links
            try:
                with file.open("x", encoding="utf-8") as text:
                    json.dump({**_own(), "since": time.time()}, text)
            except FileExistsError:
                return False
        return True
    finally:
        os.unlink(temporary)


def _set_aside(file: Path, holder: dict[str, Any]) -> bool:
    """Take away the lock of a dead holder; False when another process was quicker and its own lock went back."""
    aside = file.with_name(f".lock.{os.getpid()}.{time.monotonic_ns()}")
    try:
        file.rename(aside)
    except FileNotFoundError:
        return False
    ours = _read(aside) == holder
    if not ours:
        with contextlib.suppress(FileExistsError):
            os.link(aside, file)
    aside.unlink(missing_ok=True)
    return ours


def _own() -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": os.getpid(), "started": _started(os.getpid())}


def _read(file: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _alive(holder: dict[str, Any]) -> bool:
    """True when the process that holds a lock of this machine lives; another one with its number does not count."""
    pid = int(holder.get("pid", 0))
    if os.name == "nt":  # asking by a signal would end it there
        import ctypes

        kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
        handle = kernel.OpenProcess(0x1000, False, pid)
        if handle:
            kernel.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return holder.get("started") in (None, _started(pid))


def _started(pid: int) -> str | None:
    """When a process began, in ticks since the machine's start; None where the system does not say."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None
