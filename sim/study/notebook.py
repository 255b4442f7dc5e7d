"""How results show themselves: in a notebook, and as a report.

Figures and words stand on a higher floor than results. A result asks for them by name when somebody looks at it, so that
nothing of them is loaded before; this is the one place where a lower floor reaches up.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path


class ShowsItself:
    """A result that a notebook shows with its answer and its figure in place of its fields."""

    def _repr_html_(self) -> str:
        return str(import_module("sim.show.notebook").html(self))


class WritesReport(ShowsItself):
    """A result that can be written as a report for people."""

    def report(
        self, folder: str | Path, *, command: str | None = None, labels: bool = False, force: bool = False
    ) -> Path:
        """Write report.html, report.md with its figures, and all tables into a folder; returns the page.

        command: what makes it again, to stand in the report; labels: users keep the names of their own file; force: replace
        older results. Raises RippleError when the folder is not empty (unless `force`) or cannot be written.
        """
        write = import_module("sim.show.report.writing").write_report
        return Path(write(self, folder, command=command, labels=labels, force=force))
