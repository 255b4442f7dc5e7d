"""A comparison written for people: report.html, report.md with figures/, and its tables as CSV and Parquet.

write_report(both, "out/breach")

The folder is whole or not there. It can be opened again as a comparison (`open_comparison`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sim.files import write_text
from sim.show.figures import comparison_figures
from sim.show.report.contents import contents
from sim.show.report.markdown import markdown
from sim.show.report.page import page
from sim.study.comparison import Comparison
from sim.study.folder import new_folder
from sim.study.provenance import command as command_line
from sim.study.unlabelled import without_labels

REPORT = "report.html"


def write_report(
    data: Comparison,
    folder: str | Path,
    *,
    command: str | None = None,
    labels: bool = False,
    force: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Path:
    """Write the report of a comparison and all its tables into a new folder; returns the path of the page.

    command: what makes it again (default: comparing the scenario.yaml that stands in the folder); labels: users keep the
    names of their own file, else they are numbers; force: replace older results; progress: called with the share done.
    Raises RippleError when the folder is not empty (unless `force`) or cannot be written.
    """
    if command is None:
        words = ("compare", "scenario.yaml", "--replicates", data.n_replicates, "--seed", data.seed)
        command = command_line(*words, *(["--quick"] if data.how_sure is None else []))
    with new_folder(folder, force=force) as work:
        (data if labels else without_labels(data)).write(work)
        (work / "figures").mkdir()
        figures = []
        for drawn in comparison_figures(data, labels=labels):
            drawn.save_png(work / "figures")
            figures.append(drawn)
            if progress is not None:
                progress(min(0.9, len(figures) / 16))
        said = contents(data, command, labels=labels)
        write_text(work / REPORT, page(said, figures))
        write_text(work / "report.md", markdown(said, figures))
        if progress is not None:
            progress(1.0)
    return Path(folder) / REPORT
