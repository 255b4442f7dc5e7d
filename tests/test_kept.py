"""Finished replicates are kept, and an interrupted comparison goes on bit for bit."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.errors import RippleError
from sim.study.kept import finished

ASKED = {"users": 200, "horizon": "20 d", "replicates": 5, "how_sure": 8, "seed": 3, "workers": 1}


def interrupted(at: float, folder: Path) -> None:
    """A comparison that is stopped as Ctrl-C would when a share of it is done."""

    def stop(share: float) -> None:
        if share > at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sim.compare("data-breach", progress=stop, keep_in=folder, **ASKED)


def equal(one: sim.Comparison, other: sim.Comparison) -> None:
    for item in dataclasses.fields(sim.Comparison):
        was, now = getattr(one, item.name), getattr(other, item.name)
        if isinstance(was, pd.DataFrame):
            pd.testing.assert_frame_equal(now, was, check_exact=True)
    pd.testing.assert_frame_equal(other.how_sure.runs, one.how_sure.runs, check_exact=True)
    for arm, run in one.examples.items():
        for name in ("series", "ledger", "stories", "hops", "users"):
            pd.testing.assert_frame_equal(getattr(other.examples[arm], name), getattr(run, name), check_exact=True)


@pytest.mark.parametrize(("at", "least", "most"), [(0.2, 1, 4), (0.7, 5, 5)])
def test_an_interrupted_comparison_goes_on_bit_for_bit(tmp_path, at, least, most):
    """Stopped among the replicates, or among the draws of parameters; all tables as of one that was never stopped."""
    interrupted(at, tmp_path / "kept")
    assert least <= finished(tmp_path / "kept") <= most
    again = sim.compare("data-breach", keep_in=tmp_path / "kept", **ASKED)
    equal(sim.compare("data-breach", **ASKED), again)


def test_what_was_kept_of_another_request_is_refused(tmp_path):
    """Each difference is named; nothing is changed."""
    interrupted(0.3, tmp_path / "kept")
    before = sorted(path.name for path in (tmp_path / "kept").iterdir())
    for change, words in (
        ({"seed": 4}, "the seed"),
        ({"users": 201}, "the scenario"),
        ({"arms": ["silence", "denial"]}, "the arms"),
        ({"replicates": 6}, "the number of runs"),
        ({"how_sure": 9}, "the number of draws"),
    ):
        with pytest.raises(RippleError, match=words):
            sim.compare("data-breach", keep_in=tmp_path / "kept", **{**ASKED, **change})
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == before


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    """No file of somebody else's is mixed with ours."""
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(RippleError, match="other things"):
        sim.compare("data-breach", keep_in=tmp_path, **ASKED)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
