"""What docs/researcher.md says runs: its experiment, its commands and its snippets, one after the other."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import matplotlib
import pytest

import sim
from sim.cli import call
from sim.show.experiments.pages import experiment_files
from sim.study.analysis.analysis import DESIGNS
from sim.study.sweep.keys import DESIGNS as KINDS
from sim.study.sweep.reading import load_experiment

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "researcher.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_guide_runs_from_install_to_figure(tmp_path, monkeypatch, capsys):
    """The file is read, the commands leave their figures, the snippets print and save theirs, in one folder."""
    monkeypatch.chdir(tmp_path)
    (experiment,) = blocks("yaml")
    Path("mine.yaml").write_text(experiment, encoding="utf-8")
    (commands,) = blocks("sh")
    for line in commands.splitlines():
        words = shlex.split(line.split("  #")[0])
        assert words[0] == "ripple"
        assert call(words[1:]) == 0, line
        assert capsys.readouterr().out.strip(), line
    assert {path.suffix for path in Path("figures/figures").iterdir()} == {".png"}
    session: dict[str, object] = {"__name__": "__main__"}
    for snippet in blocks("python"):
        with matplotlib.rc_context():
            exec(compile(snippet, "researcher.md", "exec"), session)
    assert "is luck" in capsys.readouterr().out
    assert Path("reach.pdf").stat().st_size > 1000 and Path("map.png").stat().st_size > 1000


def test_the_guide_names_every_design():
    """A row for each kind of design, each of which can be analysed."""
    assert set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)) == set(KINDS) == set(DESIGNS)


@pytest.mark.parametrize("file", experiment_files(), ids=lambda file: file.stem)
def test_an_experiment_of_the_library_is_read_and_says_what_it_expects(file, capsys):
    """`ripple check` takes it; it has a question, an expectation and points."""
    assert call(["check", str(file)]) == 0
    assert "ok" in capsys.readouterr().out
    found = load_experiment(file)
    assert found.name == file.stem and found.question and found.expected and len(found.points()) > 1


@pytest.mark.parametrize("file", experiment_files(), ids=lambda file: file.stem)
def test_an_experiment_of_the_library_runs_at_its_first_and_last_point(file):
    """The scenario takes what both ends of the design change; 100 users."""
    found = load_experiment(file)
    assert found.scenario is not None
    points = found.points()
    for row in (0, len(points) - 1):
        there = found.scenario.changed(found.changes_at(points.iloc[row]))
        small = there.changed({"network.users": 100})
        run = sim.run(small, arm=found.arms[-1], seed=found.seed)
        assert run.series["trust"].between(0, 1).all()
