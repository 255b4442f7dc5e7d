"""The price of waiting."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.figure import Figure

import sim
from sim.errors import RippleError
from sim.show.waiting import price_of_waiting, waiting_table
from sim.study.delay import delays_of, open_delay

SMALL = {"users": 200, "horizon": "30 d", "seed": 2}


@pytest.fixture(scope="module")
def waited() -> sim.Delay:
    return sim.delay("data-breach", arm="apology-and-fix", over="0h,6h,2d", replicates=4, **SMALL)


def test_no_delay_is_the_arm_itself_bit_for_bit(waited):
    """The rows of delay 0 are those of the arm in a comparison on the same seeds."""
    both = sim.compare("data-breach", arms=["apology-and-fix"], replicates=4, how_sure=False, **SMALL)
    first = waited.replicates.query("delay == 0").drop(columns="delay").reset_index(drop=True)
    pd.testing.assert_frame_equal(first, both.replicates.drop(columns="arm"), check_exact=True)


def test_a_delay_is_the_arm_with_its_answers_that_much_later(waited):
    """Both answers 6 h later, as a file would say it: 7 h and 30 h after the breach; bit for bit."""
    changes = {"arms.apology-and-fix.apology.after": "7 h", "arms.apology-and-fix.corrective_action.after": "30 h"}
    late = sim.compare("data-breach", arms=["apology-and-fix"], replicates=4, how_sure=False, changes=changes, **SMALL)
    moved = waited.replicates.query("delay == 6").drop(columns="delay").reset_index(drop=True)
    pd.testing.assert_frame_equal(moved, late.replicates.drop(columns="arm"), check_exact=True)


def test_the_curve_and_the_price_are_those_of_the_pairs(waited):
    """added = mean of value(d) - value(0); per_hour = mean of the step over its hours; the steps sum to what is added."""
    wide = waited.replicates.pivot(index="replicate", columns="delay", values="trust_days_lost")
    curve = waited.curve.query("measure == 'trust_days_lost'").set_index("delay")
    price = waited.price.query("measure == 'trust_days_lost'")
    assert curve["added"].to_dict() == pytest.approx((wide.sub(wide[0.0], axis=0)).mean().to_dict())
    assert (curve.loc[0.0, ["added", "added_low", "added_high", "q05", "q95"]] == 0.0).all()
    total = (price["per_hour"] * (price["to"] - price["from"])).sum()
    assert total == pytest.approx(curve["added"].iloc[-1])
    assert curve["added"].iloc[-1] > 0 and curve["worse"].iloc[-1] == 1.0


def test_delays_are_saved_and_opened_whole(waited, tmp_path):
    """All tables bit for bit."""
    waited.save(tmp_path / "out")
    back = open_delay(tmp_path / "out")
    for name in ("replicates", "curve", "price"):
        pd.testing.assert_frame_equal(getattr(back, name), getattr(waited, name), check_exact=True)
    assert (back.arm, back.delays, back.seed) == (waited.arm, waited.delays, waited.seed)
    with pytest.raises(RippleError, match="no delays"):
        open_delay(tmp_path)


def test_the_figure_shows_what_the_table_says(waited):
    """The line is the mean added, by delay; the table has a row for each."""
    ax = price_of_waiting(waited, Figure().add_subplot())
    line = max(ax.get_lines(), key=lambda one: len(one.get_xdata()))
    curve = waited.curve.query("measure == 'trust_days_lost'")
    assert list(line.get_xdata()) == [0.0, 6.0, 48.0]
    assert list(line.get_ydata()) == pytest.approx(list(curve["added"]))
    assert waiting_table(waited).row_count == 3


@pytest.mark.parametrize(
    ("over", "hours"),
    [
        ("0h..7d", (0, 1, 2, 3, 6, 12, 24, 48, 72, 96, 120, 144, 168)),
        ("0h..6h", (0, 0.25, 0.5, 1, 2, 3, 6)),
        ("1h, 1d,7d", (1, 24, 168)),
        ([0, "12 h"], (0, 12)),
    ],
)
def test_delays_are_a_range_or_a_list(over, hours):
    """Hours, rising."""
    assert delays_of(over) == hours


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"over": "7d..0h"}, "longer than the one before"),
        ({"over": "soon..later"}, "over:"),
        ({"over": "1h"}, "at least two"),
        ({"arm": "silence"}, "answers nothing.*disclosure"),
        ({"arm": "disclosur"}, "did you mean 'disclosure'"),
    ],
)
def test_what_cannot_be_delayed_is_one_clear_error(words, text):
    """Arms that can are named."""
    with pytest.raises(RippleError, match=text):
        sim.delay("data-breach", **{"arm": "disclosure", "replicates": 2, **SMALL, **words})
