"""How much memory is free, asked before something large is built."""

from __future__ import annotations

import ctypes
import os
import sys

from sim.errors import RippleError


def free_memory() -> int | None:
    """Bytes that this process may still take without pushing others out; None where the system does not say."""
    limits = [limit for limit in (_of_system(), _of_container()) if limit is not None]
    return min(limits) if limits else None


def _of_system() -> int | None:
    if sys.platform == "win32":
        return _of_windows()
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:  # macOS does not count what is free; half of all is a fair guess
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (OSError, ValueError, AttributeError):
        return None


def _of_container() -> int | None:
    try:
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as text:
            limit = int(text.read())
        with open("/sys/fs/cgroup/memory.current", encoding="ascii") as text:
            return max(0, limit - int(text.read()))
    except (OSError, ValueError):  # no container, or "max"
        return None


def _of_windows() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("total", "free", "total_page", "free_page", "total_virtual", "free_virtual", "extended")
        ]

    status = Status(length=ctypes.sizeof(Status))
    if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):  # type: ignore[attr-defined]
        return int(status.free)
    return None


def require_memory(needed: float, what: str) -> None:
    """Raise RippleError when `what` needs more bytes than are free."""
    free = free_memory()
    if free is not None and needed > free:
        raise RippleError(f"{what} needs about {in_words(needed)} of memory; {in_words(free)} are free")


def in_words(count: float) -> str:
    """Bytes as people write them: "350 MB", "2.2 GB"."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:,.3g} {unit}" if count < 100 * size else f"{count / size:,.0f} {unit}"
    return f"{count / 1e3:,.0f} kB" if count >= 1e3 else f"{count:,.0f} bytes"
