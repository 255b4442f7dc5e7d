"""Past incidents: read from a file or a tracker, replayed one by one, shown beside what was polled."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.cli import call
from sim.errors import RippleError
from sim.scenario.scenario import Scenario, load

TRACKER = "date;trust\n2025-09-01;61\n2025-10-01;62\n2025-11-01;60\n2025-12-01;63\n2026-01-04;62\n"
BREACH = {"act": "data_breach", "date": "2025-11-05", "before": "60 points", "after": "58 points", "later": "10 d"}


def scenario(folder: Path, *past: object, tracker: str = TRACKER, **more: object) -> Scenario:
    (folder / "tracker.csv").write_text(tracker, encoding="utf-8")
    mine = {"ripple": 1, "name": "mine", "network": {"users": 200}, "past": list(past), **more}
    file = folder / "mine.yaml"
    file.write_text(json.dumps(mine), encoding="utf-8")
    return load(file)


def test_a_tracker_gives_the_levels_around_the_date(tmp_path: Path) -> None:
    """Of 2025-10-08: 62 on 10-01, 60 on 11-01, 24 days later; written out it needs the file no more."""
    found = scenario(tmp_path, {"act": "outage", "date": "2025-10-08", "tracker": {"file": "tracker.csv"}})
    [one] = found.past
    assert (one.before, one.after, one.later) == (0.62, 0.60, 24 * 24.0)
    (tmp_path / "tracker.csv").unlink()
    found.save(tmp_path / "saved.yaml")
    assert load(tmp_path / "saved.yaml") == found


def test_the_model_is_asked_for_what_was_polled(tmp_path: Path) -> None:
    """observed = after - before; a larger incident costs more; what lies in the band is inside, and only that."""
    small, large = {**BREACH, "magnitude": 0.1}, {**BREACH, "magnitude": 1.0}
    late = {"act": "routine_post", "at": "80 d"}  # after the end of the replay, so it is left out
    found = scenario(tmp_path, small, large, brand={"calendar": [late]})
    done = sim.replay_past(found, replicates=5)
    assert done["observed"].tolist() == pytest.approx([-2.0, -2.0]) and done["days"].tolist() == [10.0, 10.0]
    assert done["median"][1] < done["median"][0] < 0
    assert ((done["low"] <= done["median"]) & (done["median"] <= done["high"])).all()
    assert (done["inside"] == ((done["low"] <= -2) & (done["high"] >= -2))).all()
    middle = {**BREACH, "magnitude": 1.0, "after": 0.6 + float(done["median"][1]) / 100}
    again = sim.replay_past(scenario(tmp_path, middle), replicates=5)
    assert again["inside"].all() and np.allclose(again["median"], done["median"][1])


def test_the_command_prints_them_beside_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario(tmp_path, BREACH)
    assert call(["past", str(tmp_path / "mine.yaml"), "--replicates", "5"]) == 0
    out = capsys.readouterr().out
    assert "data breach" in out and "2025-11-05" in out and "60 to 58" in out and "of 1 lie in the band" in out
    assert all(len(line) <= 80 for line in out.splitlines())


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({**BREACH, "act": "data_braech"}, "did you mean 'data_breach'"),
        ({**BREACH, "act": "apology"}, "is no incident of its own"),
        ({"act": "outage", "date": "2025-11-05"}, "write `before`, `after` and `later`"),
        ({**BREACH, "tracker": {"file": "tracker.csv"}}, "the tracker says this"),
        ({**BREACH, "later": "2 y"}, "at most a year"),
        ({"act": "outage", "date": "2024-01-01", "tracker": {"file": "tracker.csv"}}, "no level before 2024-01-01"),
        ({"act": "outage", "date": "2026-02-01", "tracker": {"file": "tracker.csv"}}, "no level after 2026-02-01"),
        ({"act": "outage", "date": "2025-10-08", "tracker": {"file": "trakcer.csv"}}, "cannot be read"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(entry: dict, words: str, tmp_path: Path) -> None:
    with pytest.raises(RippleError) as error:
        scenario(tmp_path, entry)
    assert words in str(error.value) and len(str(error.value).splitlines()) == 2


def test_nothing_to_replay_is_told(tmp_path: Path) -> None:
    with pytest.raises(RippleError, match="names no past incident"):
        sim.replay_past(scenario(tmp_path))
