"""A brand in its own numbers: people instead of shares, a tracker instead of a level, thresholds scaled."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.errors import RippleError
from sim.scenario.scenario import Scenario, load
from sim.show.people import in_people_shown, rounded
from sim.show.report.contents import contents
from sim.show.report.markdown import markdown
from sim.study.size_error import ERRORS, LARGEST, SIZES, size_error

DESK = {"log": {"quantiles": [0.1, 1, 5, 30]}}
TRACKER = "Date;Trust\n2025-09-01;61,5\n2025-10-01;62\n2025-11-01;60\n2025-12-01;63\n2026-01-04;62,5\n2026-03-01;40\n"


def scenario(folder: Path, brand: dict, tracker: str = TRACKER, **more: object) -> Scenario:
    (folder / "tracker.csv").write_text(tracker, encoding="utf-8")
    mine = {"ripple": 1, "name": "mine", "horizon": "20 d", "network": {"users": 2000}, "brand": brand, **more}
    file = folder / "mine.yaml"
    file.write_text(json.dumps(mine), encoding="utf-8")
    return load(file)


def test_followers_are_counted_and_trust_is_the_last_level_before_the_start(tmp_path: Path) -> None:
    """followers = 1.2 M / 4 M; trust = 62.5 points of 2026-01-04, the last before 2026-01-05; saved without the file."""
    brand = {"audience": "4 M", "followers": "1.2 M", "trust": {"file": "tracker.csv"}}
    found = scenario(tmp_path, brand)
    assert (found.brand.followers, found.brand.trust, found.brand.audience) == (0.3, 0.625, 4_000_000)
    (tmp_path / "tracker.csv").unlink()
    found.save(tmp_path / "saved.yaml")
    assert load(tmp_path / "saved.yaml") == found
    then = {**brand, "trust": {"file": "tracker.csv", "at": "2025-11-15"}}
    assert scenario(tmp_path, then).brand.trust == 0.6


def test_levels_of_another_scale_are_told_which_it_is(tmp_path: Path) -> None:
    """(4 - 1) / (7 - 1) = 0.5."""
    text = "wave;grade\n" + "".join(f"2025-0{month}-01;4\n" for month in range(1, 7))
    brand = {"trust": {"file": "tracker.csv", "column": "grade", "scale": [1, 7]}}
    assert scenario(tmp_path, brand, text).brand.trust == 0.5


def test_counts_of_people_are_scaled(tmp_path: Path) -> None:
    """heard: 5,000 of 4 M is a share of 0.125 %; queue: 20,000 x 2,000 / 4 M = 10; 3,100 agents are 1.55: 2 at 0.775."""
    acts = [
        {"act": "data_breach", "id": "breach", "at": "5 d"},
        {"act": "apology", "of": "breach", "when": {"heard": {"of": "breach", "by": 5000}}},
        {"act": "apology", "of": "breach", "when": {"queue": 20000}},
    ]
    brand = {"audience": "4 M", "desk": {"agents": 3100, "rate": "6 per hour"}}
    found = scenario(tmp_path, brand, timeline=acts)
    _, heard, queue = found.timeline
    assert (heard.when.by, heard.when.share, heard.when.count(2000)) == (0.00125, True, 3)
    assert (queue.when.by, queue.when.share) == (10, False)
    desk = found.brand.policy.desk
    assert desk.agents == 2 and desk.agents * desk.rate == pytest.approx(1.55 * 6)
    assert load(found.resolved()) == found  # what is written out is in people, so it is scaled once
    twice = found.changed({"network.users": 4000})
    assert twice.timeline[2].when.by == 20 and twice.brand.policy.desk.agents == 3


@pytest.mark.parametrize(
    ("brand", "tracker", "words"),
    [
        ({"followers": "1.2 M"}, TRACKER, "followers of how many people? write `audience:"),
        ({"followers": "5 M", "audience": "4 M"}, TRACKER, "more than the audience of 4,000,000"),
        ({"followers": 30, "audience": "4 M"}, TRACKER, "write 30 % or 0.3"),
        ({"audience": "4 M", "desk": {"agents": 50}}, TRACKER, "0.025 for 2,000 simulated users; less than one cannot"),
        ({"audience": "4 M", "desk": {"agents": 50}}, TRACKER, "`desk: {log: replies.csv}`"),
        ({"audience": 0}, TRACKER, "nobody is no audience"),
        ({"trust": {"fiel": "tracker.csv"}}, TRACKER, "did you mean 'file'"),
        ({"trust": {"file": "tracker.csv", "at": "2024-01-01"}}, TRACKER, "begins on 2025-09-01, after 2024-01-01"),
        ({"trust": {"file": "tracker.csv"}}, "trust\n60\n61\n62\n63\n64\n", "has no dates"),
        ({"trust": {"file": "tracker.csv"}}, "date;trust\n2025-01-01;60\n2025-02-01;61\n", "has 2 levels"),
        ({"trust": {"file": "tracker.csv"}}, TRACKER.replace("63", "0,63"), "'0,63' is a share among points of 100"),
        ({"trust": {"file": "tracker.csv"}}, TRACKER.replace("63", "63%"), "some cells of the column have a % sign"),
        ({"trust": {"file": "tracker.csv"}}, "date;trust\n" + "".join(f"2025-0{k}-01;{k}\n" for k in range(1, 8)), "[1, 7]"),
        ({"trust": {"file": "tracker.csv"}}, TRACKER.replace("2025-11", "2025-10"), "two levels of 'Trust' have the date"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line(brand: dict, tracker: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(RippleError) as error:
        scenario(tmp_path, brand, tracker)
    assert words in str(error.value) and len(str(error.value).splitlines()) == 2


def test_results_are_told_in_people(tmp_path: Path) -> None:
    """people = measure x audience (x followers of followers lost; / 1,000 of complaints); without an audience: none."""
    brand = {"audience": "4 M", "followers": "1.2 M", "desk": DESK}
    acts = [{"act": "data_breach", "at": "3 d"}]
    one = sim.compare(scenario(tmp_path, brand, timeline=acts), replicates=3, users=200, how_sure=False)
    people = one.people.set_index("measure")
    means = one.measures.loc["as-is"]
    assert people.loc["followers_lost", "mean"] == pytest.approx(1.2e6 * means["followers_lost"])
    assert people.loc["complaints", "mean"] == pytest.approx(4000 * means["complaints"])
    assert people.loc["largest_story", "mean"] == pytest.approx(4e6 * means["largest_story"])
    assert (people["low"] <= people["mean"]).all() and (people["q05"] <= people["q95"]).all()
    one.save(tmp_path / "out")
    assert len(pd.read_csv(tmp_path / "out" / "people.csv")) == 4
    assert sim.open_comparison(tmp_path / "out").people.equals(one.people)
    text = markdown(contents(one, "ripple compare mine.yaml"), [])
    assert "### In your numbers" in text and "20,000 people (4,000,000 / 200)" in text.replace("\\", "")
    plain = sim.compare(scenario(tmp_path, {}), replicates=2, users=50, horizon="2 d", how_sure=False)
    assert plain.people is None and in_people_shown(plain) is None


def test_the_error_of_the_size_is_that_measured() -> None:
    """At a measured size the entry, between sizes a value between, and never nothing."""
    for measure, errors in ERRORS.items():
        assert [size_error(measure, users) for users in SIZES] == pytest.approx(list(errors))
        assert all(0 < error < 1 for error in errors)
        assert min(errors[1:3]) <= size_error(measure, 1500) <= max(errors[1:3])
    assert math.isnan(size_error("floor", 2000)) and max(SIZES) < LARGEST


def test_people_are_rounded_to_three_figures() -> None:
    assert [rounded(x) for x in (4_123_000, 12_345, 999.6, 0, math.nan)] == ["4.12 M", "12,300", "1000", "0", "–"]


def test_the_page_says_files_that_are_read(tmp_path: Path) -> None:
    """Every YAML block of docs/own-numbers.md loads beside a tracker, a log and mentions of that name."""
    page = (Path(__file__).parent.parent / "docs" / "own-numbers.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.S)
    (tmp_path / "tracker.csv").write_text(TRACKER, encoding="utf-8")
    (tmp_path / "replies.csv").write_text(
        "latency_min\n" + "".join(f"{m}\n" for m in (1, 5, 9, 30, 80, 300)), encoding="utf-8"
    )
    for number, block in enumerate(blocks):
        file = tmp_path / f"block-{number}.yaml"
        file.write_text(block, encoding="utf-8")
        assert load(file).brand.trust in (0.625, 0.6)
    assert len(blocks) == 3
