"""A saved result of either sort, opened."""

from __future__ import annotations

import json
from pathlib import Path

from sim.errors import RippleError
from sim.study.comparison import Comparison, open_comparison
from sim.study.results import Run, open_run


def open_result(folder: str | Path) -> Run | Comparison:
    """The run or the comparison in a folder. Raises RippleError when it holds neither."""
    path = Path(folder).expanduser()
    try:
        facts = json.loads((path / "provenance.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RippleError(
            f"{path} holds no run and no comparison of Trust Ripple (provenance.json is missing)"
        ) from None
    except (OSError, ValueError) as problem:
        raise RippleError(f"{path} cannot be read as a result: {problem}") from None
    return open_comparison(path) if isinstance(facts, dict) and "comparison" in facts else open_run(path)
