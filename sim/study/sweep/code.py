"""Which model it is: a hash of the code that the numbers of a run depend on."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_FLOORS = ("world", "scenario", "dynamics")


@cache
def code_hash() -> str:
    """The hash of the modules that make users, scenarios, dynamics and measures; 16 hex digits."""
    package = Path(__file__).parents[2]
    files = [path for floor in _FLOORS for path in (package / floor).glob("*.py")]
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted([*files, package / "study" / "measures.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
