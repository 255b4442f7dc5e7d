"""The programs we are measured against: imported where they are used, and named with what installs them when missing."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from sim.bench.report import Report
from sim.library import experiments_folder

INSTALL = "pip install 'trust-ripple[bench]'"
_NAMES = {"scipy.sparse": "SciPy", "cynetdiff.models": "CyNetDiff", "mesa": "Mesa"}


def rival(module: str, report: Report) -> ModuleType | None:
    """A rival's module; None when it is not installed, which the report then says."""
    try:
        return importlib.import_module(module)
    except ImportError:
        report.missing[_NAMES[module]] = f"is not installed; {INSTALL} brings it where there are wheels"
        return None


def mesa_twin(report: Report) -> ModuleType | None:
    """The model as written with Mesa alone (experiments/speed/mesa_twin.py), or None without Mesa."""
    if rival("mesa", report) is None:
        return None
    folder = str(experiments_folder() / "speed")
    sys.path.insert(0, folder)
    try:
        return importlib.import_module("mesa_twin")
    except ModuleNotFoundError as problem:
        if problem.name != "mesa_twin":
            raise
        report.missing["Mesa twin"] = "experiments/speed/mesa_twin.py does not come with this version"
        return None
    finally:
        sys.path.remove(folder)
