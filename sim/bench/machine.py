"""The machine and the versions that figures belong to."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from sim.study.provenance import version

_PACKAGES = ("trust-ripple", "numpy", "numba", "scipy", "cynetdiff", "mesa")


def machine() -> dict[str, object]:
    """Processor, cores, how many are busy already, memory, system, Python and packages, and the day."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "busy": _busy(),
        "memory_gb": _memory_gb(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "day": datetime.now(UTC).date().isoformat(),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _busy() -> float | None:
    """How many programs asked for a core in the last minute, before the bench began."""
    try:
        return round(os.getloadavg()[0], 1)
    except (AttributeError, OSError):
        return None


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, OSError, ValueError):
        return None
