"""Experiment files: what they say is read, every mistake is named with its line, and the pages about them run."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel
from small_sweeps import PLANE, SMALL, fails_high_up, plane, slow

import sim
from sim.cli import call
from sim.errors import RippleError
from sim.library import scenarios_folder
from sim.study.sweep import keys
from sim.study.sweep.manifest import read_experiment, read_manifest
from sim.study.sweep.planning import plan
from sim.study.sweep.reading import library, load_experiment
from sim.study.sweep.sweeping import prepared

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "experiments.md").read_text(encoding="utf-8")
CLUSTER = (DOCS / "cluster.md").read_text(encoding="utf-8")

BAD = """\
experiment: 1
scenario: data-breach
arms: [silence, disclosur]
userz: 500
factors:
  timeline.breach.reach: [10, 30 %]
  timeline.breach.rech: [10 %, 30 %]
  parameters.virality_mean: {range: [0.6, 0.2]}
  parameters.heal_moral: [5, 10]
  parameters.fading: {values: [0.4], range: [0.4, 0.5]}
  parameters.loss: {range: [0.4, 0.5], distribution: unifrom}
  brand.desk.agents: {range: [1 h, 5]}
  brand.openness: [10 %, 0.1]
design: {kind: latin-hypercube, levels: 3}
replicates: 0
measures: [flor]
series: {columns: [trust, gapp], every: 10 min}
panel: {users: -2, hours: [3 d], every: 5 d}
"""
SAID = """\
bad.yaml: 18 mistakes
  line 3   arms[1]: there is no arm 'disclosur'; did you mean 'disclosure'?
  line 4   userz: 'userz' is not known; did you mean 'users'?
  line 6   factors.timeline.breach.reach: 10 is not a share; write 10 % or 0.1
  line 7   factors.timeline.breach.rech: there is nothing at this path; did you mean timeline.breach.reach
  line 8   factors.parameters.virality_mean: a range goes from a number to a higher one, not 0.6 to 0.2
  line 9   factors.parameters.heal_moral: 5 has no unit; write 5 h or 5 d
  line 10  factors.parameters.fading: write either values, a range, own or settings; here stands values and range
  line 11  factors.parameters.loss.distribution: 'unifrom' is not one of uniform, log-uniform, beta, whole; did you mean
  line 12  factors.brand.desk.agents.range: '1 h' and its partner are not quantities of one kind
  line 13  factors.brand.openness.values: a value stands twice
  line 14  design: how many? a design of kind latin-hypercube needs `points`
  line 14  design.levels: a design of kind latin-hypercube has no `levels`
  line 15  replicates: 0 is too few; at least 1
  line 16  measures[0]: 'flor' is not a measure; did you mean 'floor'?
  line 17  series.columns[1]: 'gapp' is not a column of a series; did you mean 'gap'?
  line 17  series.every: is no multiple of the tick, 1 h
  line 18  panel.users: -2 is below 0
  line 18  panel: write either `hours`, a list of times, or `every`"""


def test_all_mistakes_of_a_file_are_named_at_once_with_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`ripple check` says each with line, path, what was read and the way out; exit code 1."""
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text(BAD)
    assert call(["check", "bad.yaml"]) == 1
    for line, wanted in zip(capsys.readouterr().err.splitlines(), SAID.splitlines(), strict=True):
        assert line.startswith(wanted)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"scenario": "data-breech"}, "did you mean 'data-breach'?"),
        ({"scenario": None}, "nothing is written here"),
        ({"experiment": 2}, "2 is not a version of the format; write `experiment: 1`"),
        ({"factors": {}}, "`factors` is missing"),
        ({"parameters": ["fadding"]}, "did you mean 'fading'?"),
        ({"parameters": "some"}, "write all, a list, or {except: [...]}"),
        ({"horizon": "5 d"}, "is not before the horizon"),
        ({"design": "gird"}, "did you mean 'grid'?"),
        ({"design": {"kind": "csv", "file": "none.csv"}}, "none.csv cannot be read"),
        ({"design": {"kind": "sobol", "points": 24}}, "16 or 32"),
        ({"changes": {"brand.trsut": 0.5}}, "did you mean brand.trust"),
        ({"factors": {"timeline.breach.reach": {"values": {"low": "10", "high": "30 %"}}}}, "10 is not a share"),
        ({"factors": {"world": {"settings": {"a": {"brand.trust": "high"}}}}}, "'high' is not a level of trust"),
        ({"parameters": ["fading"], "factors": {"parameters.fading": "own"}}, "is among the `parameters` already"),
    ],
)
def test_a_mistake_says_the_way_out(entries: dict[str, object], words: str) -> None:
    with pytest.raises(RippleError) as refused:
        load_experiment({**SMALL, **entries})
    assert words in str(refused.value)


def test_a_scenario_is_no_experiment() -> None:
    with pytest.raises(RippleError, match="this is a scenario: `ripple compare` runs it"):
        load_experiment(scenarios_folder() / "data-breach.yaml")


def test_values_have_the_units_of_the_scenario() -> None:
    """Times in hours, shares 0..1, rates per hour inside; the scenario gets what the words say, for each of its forms."""
    found = load_experiment(
        {
            **SMALL,
            "parameters": ["fading"],
            "factors": {
                "parameters.heal_moral": {"range": ["11 d", "35 d"]},
                "arms.disclosure.disclosure.after": ["5 h", "1 d"],
                "brand.desk.rate": ["2 per h", "6 per h"],
                "brand.trust": ["44 points", "60 points"],
                "brand.desk.agents": {"range": [1, 8], "distribution": "whole"},
                "crowd": {"values": {"few": 100, "many": "1 k"}, "paths": ["network.users"]},
                "kind of brand": {"settings": {"bank": {"brand.sector": "bank"}, "open": {"brand.openness": "80 %"}}},
            },
            "design": {"kind": "latin-hypercube", "points": 16},
        }
    )
    assert [f.unit for f in found.factors] == ["share", "h", "h", "1/h", "trust", "", "", ""]
    points = found.points()
    assert points["brand.trust"].isin([0.44, 0.6]).all() and points["parameters.heal_moral"].between(264, 840).all()
    for _, point in points.iterrows():
        changed = found.scenario.changed(found.changes_at(point))  # type: ignore[union-attr]
        assert changed.parameters["heal_moral"] == point["parameters.heal_moral"]
        assert changed.brand.policy.desk.agents == point["brand.desk.agents"] or point["kind of brand"] == "bank"
        assert changed.network.users == {"few": 100, "many": 1000}[point["crowd"]]
        assert (changed.brand.policy.openness == 0.8) == (point["kind of brand"] == "open")
    assert found.hash() == load_experiment(found).hash()


def test_one_at_a_time_stays_at_what_the_scenario_says() -> None:
    """The first point is the scenario itself: parameters, shares and times of acts are looked up in it."""
    found = load_experiment({**SMALL, "design": {"kind": "one-at-a-time", "levels": 3}})
    base = found.points().iloc[0]
    assert base["parameters.virality_mean"] == found.scenario.parameters["virality_mean"]  # type: ignore[union-attr]
    assert base["timeline.breach.reach"] == 0.3
    assert found.scenario.changed(found.changes_at(base)) == found.scenario  # type: ignore[union-attr]


@pytest.mark.parametrize("name", sorted(library()))
def test_the_experiments_that_come_along_are_read(name: str) -> None:
    """Each is checked whole, says what it asks and expects, and has a design."""
    found = load_experiment(name)
    assert found.question and found.expected and len(found.points()) > 1


def test_an_experiment_reads_back_as_it_was_kept(tmp_path: Path) -> None:
    """What the folder holds is the experiment that was run, design from a CSV and labels included; nothing is imported."""
    (tmp_path / "points.csv").write_text("timeline.breach.reach,who\n0.1,bank\n0.5,open\n")
    (tmp_path / "fear.py").write_text("raise SystemExit('executed')\n")
    spec = {
        **SMALL,
        "replicates": 1,
        "factors": {
            "timeline.breach.reach": {"range": ["1 %", "60 %"]},
            "who": {"settings": {"bank": {"brand.sector": "bank"}, "open": {"brand.openness": "80 %"}}},
        },
        "design": {"kind": "csv", "file": str(tmp_path / "points.csv")},
    }
    done = sim.sweep(spec, out=tmp_path / "s")
    again = read_experiment(tmp_path / "s", read_manifest(tmp_path / "s"))
    assert again.hash() == done.experiment.hash() and again.scenario == load_experiment(spec).scenario
    assert done.frame["who"].tolist() == ["bank", "bank", "open", "open"] and done.complete
    text = (tmp_path / "s" / "scenario.yaml").read_text()
    (tmp_path / "s" / "scenario.yaml").write_text(f'{text}rules: ["fear:Fear"]\n')
    sys.path.insert(0, str(tmp_path))
    try:
        assert sim.open_sweep(tmp_path / "s").experiment.scenario.rules[0].code == "fear:Fear"  # type: ignore[union-attr]
    finally:
        sys.path.remove(str(tmp_path))


def test_a_dry_run_foretells_time_and_replicates() -> None:
    """.05 s a run, 2 workers: n / 2 x .05 s within a factor 2. Replicates: (1.96 sd / width)^2, sd of a uniform 1/sqrt 12."""
    work, points = prepared({**PLANE, "replicates": 40, "design": {"kind": "grid"}}, function=slow)
    told = plan(work, points, workers=2, seconds=1.0)
    assert told.runs == 25 * 40 and 0.5 < told.seconds / (told.runs * 0.05 / 2) < 2.0
    assert (told.spread["sd"] == 0).all()

    def noisy(point: object, seeds: sim.study.sweep.runner.Seeds) -> float:  # type: ignore[name-defined]
        return (seeds.events % 10_007) / 10_007

    work, points = prepared({**PLANE, "seeds": "fresh"}, function=noisy)
    told = plan(work, points, precision={"value": 0.1}, seconds=1.0)
    [row] = told.spread.to_dict("records")
    # the sd of 8 x 9 degrees of freedom is known within 4.9 / sqrt(2 x 72) = 41 %
    assert abs(row["sd"] * np.sqrt(12) - 1) < 0.41 and row["replicates"] == max(
        2, np.ceil((1.96 * row["sd"] / 0.1) ** 2)
    )
    assert told.bytes > 0
    with pytest.raises(RippleError, match="keeps no measure 'flor'"):
        plan(prepared(SMALL)[0], points, precision={"flor": 1.0})
    assert plan(*prepared(PLANE, function=fails_high_up), seconds=0.5).failed > 0


def test_a_dry_run_says_what_a_sweep_takes_on_disk(tmp_path: Path) -> None:
    """The bytes foretold are those of the parts, within a factor 2."""
    spec = {**PLANE, "replicates": 100}
    work, points = prepared(spec, function=plane)
    done = sim.sweep(spec, out=tmp_path / "s", function=plane)
    size = sum(file.stat().st_size for file in (tmp_path / "s").glob("*/*.parquet"))
    assert done.complete and 0.5 < plan(work, points, seconds=0.5).bytes / size < 2.0


def commands(page: str) -> list[str]:
    return [line for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]


def test_the_commands_and_snippets_of_the_pages_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """docs/experiments.md and docs/cluster.md, in order, in a folder that holds only the file that they show."""
    monkeypatch.chdir(tmp_path)
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    Path("reach.yaml").write_text(example)
    for command in (*commands(PAGE), *commands(CLUSTER)):
        assert call(shlex.split(command)[1:]) == 0, f"{command}: {capsys.readouterr().err}"
        assert capsys.readouterr().out.strip()
    for snippet in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(snippet, "experiments.md", "exec"), {})
    whole, parts = sim.open_sweep("runs/reach"), sim.open_sweep("runs/whole")
    assert whole.frame.equals(parts.frame) and len(whole.frame) == 9 * 4 * 2


def test_the_page_names_every_key() -> None:
    """docs/experiments.md has a word for each key of a file, its factors, design, series and panel."""
    for part in vars(keys).values():
        if isinstance(part, type) and issubclass(part, BaseModel) and part.__name__.endswith("File"):
            for key in part.model_fields:
                assert re.search(rf"`[^`]*\b{key}\b[^`]*`", PAGE), f"{part.__name__}.{key}"
    for kind in keys.DESIGNS:
        assert f"`{kind}`" in PAGE


def test_the_exit_code_tells_of_failures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A talk step that one point makes too coarse: its runs fail, the others are kept; exit 1; `rerun` says why."""
    file = tmp_path / "coarse.yaml"
    file.write_text(
        "experiment: 1\nscenario: data-breach\narms: [silence]\nusers: 100\nhorizon: 20 d\n"
        "changes: {talk_step: 8 h}\nfactors:\n  parameters.talk_rate: {values: [0.0125 per h, 0.1 per h]}\n"
        "  parameters.own_rate: {values: [0.0125 per h, 0.1 per h]}\n"
    )
    assert call(["sweep", str(file), "--out", str(tmp_path / "s")]) == 1
    out = capsys.readouterr().out
    assert "3 of 4 runs are there" in out and "1 run failed" in out and "too coarse" in out
    assert call(["rerun", str(tmp_path / "s"), "3"]) == 1
    assert "too coarse" in capsys.readouterr().err
    assert call(["sweep", str(file), "--out", str(tmp_path / "s"), "--replicates", "2"]) == 1
    assert "--extend" in capsys.readouterr().err
