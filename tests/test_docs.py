"""The generated pages of docs/ say what the code says."""

from __future__ import annotations

from pathlib import Path

from sim.scenario.parameters import PARAMETERS
from sim.show.pages import parameters_page

DOCS = Path(__file__).parent.parent / "docs"


def test_the_page_of_parameters_is_not_stale():
    """docs/parameters.md is what `make docs` writes today, with a row for every parameter."""
    page = parameters_page()
    assert (DOCS / "parameters.md").read_text(encoding="utf-8") == page
    assert all(f"| `{name}` |" in page for name in PARAMETERS)
