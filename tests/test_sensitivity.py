"""The sensitivity of the evidence: what turns is found, what cannot is not run, and the record is that of today's numbers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.errors import RippleError
from sim.scenario.parameters import PARAMETERS
from sim.scenario.scenario import load
from sim.show.sensitivity_page import lines, page
from sim.study.evidence.depends import may_matter
from sim.study.evidence.looking import may_matter_to_row
from sim.study.evidence.sensitivity import DEFAULTS, Sensitivity, assumed, sensitivity

DOCS = Path(__file__).parent.parent / "docs"
FAILURE = """
ripple: 1
horizon: 4 d
network: {users: 400}
timeline: [{act: outage, at: 1 h, audience: followers, reach: 30 %}]
expect: [{measure: complaints, arm: as-is, between: [3, 50]}]
"""


def test_a_number_that_must_turn_a_row_and_an_expectation_does_and_one_that_cannot_is_not_run(tmp_path):
    """churn_slope at 2: who trusts less hardly leaves more, E18b is under 2 %. bad_after_act at .55: .55 of the 18 % of all
    who follow and meet the failure complain, 99 of 1,000 and not 50. Nobody here moderates anything."""
    story = tmp_path / "failure.yaml"
    story.write_text(FAILURE)
    names = ["churn_slope", "bad_after_act", "moderation_share"]
    found = sensitivity(names, rows=["E18"], scenarios=[str(story)], full={"E18": [31.1, 3.2]}, workers=1)
    turns = {(turn.name, turn.end, turn.what.split(":")[-1].strip()) for turn in found.turns()}
    assert ("churn_slope", "low", "E18b") in turns
    assert ("bad_after_act", "high", "complaints, as-is within 3 to 50") in turns
    assert not [turn for turn in turns if turn[0] == "moderation_share"]
    assert found.rows["moderation_share low"] == found.expectations["moderation_share high"] == {}
    assert found.full["E18"] == [31.1, 3.2] and found.rows[DEFAULTS]["E18"] != found.rows["churn_slope low"]["E18"]
    assert Sensitivity.read(found.write(tmp_path / "found.json")).turns()[0].what == found.turns()[0].what
    text = page(found)
    assert "| `churn_slope` | 6 | 2 | E18b " in text and "Nothing changes at either end of: `moderation_share`." in text
    assert any(line.startswith("churn_slope at 2: E18b") for line in lines(found))


@pytest.mark.parametrize("story", ["reply-speed", "spam-campaign"])
def test_a_number_that_is_left_out_changes_no_bit(story):
    """What `may_matter` calls impossible is: at either end, every series of a run is that of the defaults."""
    scenario = load(story).changed({"network.users": 80, "horizon": "12 d"})
    last = list(scenario.arms)[-1]
    usual = sim.run(scenario, arm=last, seed=2).series
    left_out = [
        p for p in assumed() if not may_matter(p.name, scenario, p.low) and not may_matter(p.name, scenario, p.high)
    ]
    assert len(left_out) >= 15
    for k, p in enumerate(left_out):
        value = (p.low, p.high)[k % 2]
        changed = sim.run(scenario, arm=last, seed=2, changes={f"parameters.{p.name}": value}).series
        pd.testing.assert_frame_equal(changed, usual, check_exact=True, obj=f"{p.name} = {value}")
    assert may_matter("hearsay", scenario, 2.0) and may_matter("bad_size", scenario, 0.3)


def test_a_row_depends_on_the_numbers_that_it_reads_itself():
    """E6 draws posts from virality_mean itself and runs no scenario; nobody leaves in it."""
    assert may_matter_to_row("virality_mean", "E6", 0.2)
    assert not may_matter_to_row("churn_slope", "E6", 2.0)


def test_an_unknown_number_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(RippleError, match="did you mean 'churn_slope'"):
        sensitivity(["churn_slop"], rows=[], scenarios=[])
    (tmp_path / "no.json").write_text("{}")
    with pytest.raises(RippleError, match="holds no sensitivity"):
        Sensitivity.read(tmp_path / "no.json")


def test_the_record_is_of_the_assumed_numbers_of_today():
    """docs/sensitivity.md says what docs/sensitivity.json holds, for every assumed number at both ends of its range."""
    found = Sensitivity.read(DOCS / "sensitivity.json")
    now = {p.name: [float(f"{p.low:.6g}"), float(f"{p.high:.6g}")] for p in assumed()}
    assert found.ends == now, "measure anew: make sensitivity"
    assert not found.stopped and all(f"{name} {end}" in found.rows for name in now for end in ("low", "high"))
    assert (DOCS / "sensitivity.md").read_text(encoding="utf-8") == page(found)
    assert set(now) <= set(PARAMETERS)
