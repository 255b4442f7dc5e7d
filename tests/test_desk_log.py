"""The log of a service desk: complaints wait as long as those of the log did, and as many are answered."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds, prepare
from sim.errors import RippleError
from sim.scenario.scenario import Scenario, load

MINUTES = [3, 5, 8, 12, 20, 40, 90, 240, 600, 1200]


def scenario(folder: Path, text: str, desk: dict) -> Scenario:
    """A scenario whose desk has a log of that text, beside it."""
    (folder / "replies.csv").write_text(text, encoding="utf-8")
    mine = {
        "ripple": 1,
        "name": "mine",
        "horizon": "60 d",
        "network": {"users": 1000},
        "brand": {"followers": "90 %", "desk": desk},
        "parameters": {"bad_rate": "0.001 per h"},
        "without": ["posts", "membership"],
    }
    file = folder / "mine.yaml"
    file.write_text(json.dumps(mine), encoding="utf-8")
    return load(file)


def log(minutes: list[float], unanswered: int = 0) -> str:
    return "ticket;latency_min\n" + "".join(f"t;{m}\n" for m in minutes) + "t;\n" * unanswered


def test_answers_come_as_late_as_in_the_log(tmp_path: Path) -> None:
    """Kolmogorov-Smirnov: sup |F - F_log| < 1.95 / sqrt(n), what chance leaves in 1 of 1,000; nobody waits in a queue."""
    found = scenario(tmp_path, log(MINUTES), {"log": "replies.csv", "answers": 1.0})
    engine = Engine(prepare(found, None, Seeds.of(1))).run()
    complaints = engine.live.complaints[: engine.state[s.N_COMPLAINTS]]
    done = complaints[complaints["state"] == s.ANSWERED]
    waits = np.sort(done["closed"] - done["opened"])
    assert len(waits) > 500
    expected = np.interp(waits, np.quantile(np.array(MINUTES) / 60, np.linspace(0, 1, 201)), np.linspace(0, 1, 201))
    assert np.abs(np.arange(1, len(waits) + 1) / len(waits) - expected).max() < 1.95 / np.sqrt(len(waits))


def test_rows_without_a_time_were_not_answered(tmp_path: Path) -> None:
    """answers = times / rows, unless the file says another share."""
    assert scenario(tmp_path, log(MINUTES, 30), {"log": "replies.csv"}).brand.policy.desk.answers == 0.25
    both = {"log": "replies.csv", "answers": "80 %"}
    assert scenario(tmp_path, log(MINUTES, 30), both).brand.policy.desk.answers == 0.8
    assert scenario(tmp_path, log(MINUTES), {"log": "replies.csv"}).brand.policy.desk.answers == 0.5  # the parameter


def test_two_columns_of_times_say_the_same(tmp_path: Path) -> None:
    rows = [f"02.03.2026 9:00;02.03.2026 {9 + m // 60}:{m % 60:02d}\n" for m in (3, 5, 8, 12, 60)]
    columns = {"file": "replies.csv", "asked": "Created", "answered": "First reply"}
    found = scenario(tmp_path, "Created;First reply\n" + "".join(rows), {"log": columns})
    waits = found.brand.policy.desk.waits
    assert (waits[0], waits[100], waits[-1]) == pytest.approx((3 / 60, 8 / 60, 1.0))


def test_a_resolved_scenario_needs_the_log_no_more(tmp_path: Path) -> None:
    found = scenario(tmp_path, log(MINUTES), {"log": "replies.csv"})
    (tmp_path / "replies.csv").unlink()
    found.save(tmp_path / "resolved.yaml")
    assert load(tmp_path / "resolved.yaml").brand.policy.desk.waits == found.brand.policy.desk.waits


def test_an_arm_may_have_the_log_of_another_desk(tmp_path: Path) -> None:
    (tmp_path / "fast.csv").write_text(log([1, 2, 3, 4, 5]), encoding="utf-8")
    found = scenario(tmp_path, log(MINUTES), {"log": "replies.csv"})
    arms = {"arms": {"as-is": [], "faster": {"brand": {"desk": {"log": str(tmp_path / "fast.csv")}}}}}
    two = found.changed(arms)
    assert two.arm("faster").brand.policy.desk.waits[-1] == pytest.approx(5 / 60)
    assert two.arm("faster").twin.policy.desk.waits == two.arm("as-is").brand.policy.desk.waits
    both = sim.compare(two, replicates=3, users=300, horizon="20 d")
    assert both.measures.loc["faster", "waiting"] < both.measures.loc["as-is", "waiting"]


@pytest.mark.parametrize(
    ("text", "desk", "words"),
    [
        (log([3, 4]), {"log": "replies.csv"}, "has 2 answers; 5 is the fewest"),
        (log(MINUTES), {"log": "reply.csv"}, "reply.csv cannot be read: No such file"),
        ("a;b\n" + "1;2\n" * 6, {"log": "replies.csv"}, "which column says how long answers took?"),
        ("latency;b\n" + "1;2\n" * 6, {"log": "replies.csv"}, "in which unit is the column 'latency'?"),
        (log([3, 4, -5, 6, 7]), {"log": "replies.csv"}, "line 4, column 'latency_min': '-5' is before it was asked"),
        (log([3, 4, 5, 6, 7]), {"log": {"file": "replies.csv", "column": "latancy_min"}}, "did you mean 'latency_min'"),
        (log(MINUTES), {"log": {"file": "replies.csv", "asked": "ticket"}}, "`asked` and `answered`"),
        (log(MINUTES), {"log": {"quantiles": [3, 2]}}, "from the shortest to the longest"),
        (log(MINUTES), {"log": {"unit": "min"}}, "names no file"),
    ],
)
def test_what_is_wrong_with_a_log_is_told(text: str, desk: dict, words: str, tmp_path: Path) -> None:
    with pytest.raises(RippleError) as error:
        scenario(tmp_path, text, desk)
    assert words in str(error.value) and "mine.yaml" in str(error.value)


def test_a_real_log_of_replies_is_read(real_networks: Path) -> None:
    """2,083 replies of companies: median 11.5 min, three quarters within 50, nine tenths within 380."""
    file = real_networks.parent / "series" / "reply-latency.csv"
    found = load({"ripple": 1, "name": "real", "brand": {"desk": {"log": os.fspath(file)}}})
    waits = 60 * np.array(found.brand.policy.desk.waits)
    assert waits[[100, 150, 180]] == pytest.approx([11.5, 50, 380], rel=0.02)
