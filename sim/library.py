"""Where the files that come with the package are: the library of scenarios and the experiments.

In an installed wheel they lie inside the package, in a checkout beside it; importlib.resources finds the first, and
the working folder plays no part in either.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from sim.errors import RippleError


def scenarios_folder() -> Path:
    """The folder of the scenario files that come with Trust Ripple, one YAML file each."""
    return _folder("scenarios")


def experiments_folder() -> Path:
    """The folder of the experiments that come with Trust Ripple."""
    return _folder("experiments")


def _folder(name: str) -> Path:
    package = Path(str(files("sim")))
    for folder in (package / "_data" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise RippleError(f"the folder '{name}' of Trust Ripple is missing at {package}; install trust-ripple anew")
