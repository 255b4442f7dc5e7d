"""As many replicates as an interval needs: what is asked for, when it stops, and that the interval still holds."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sim
from sim.errors import RippleError
from sim.study.precision import FIRST_LOOK, Precision, looks, precision
from sim.world import draws


@pytest.mark.parametrize(
    ("words", "amount", "relative"),
    [
        ("5%", 0.05, True),
        ("5 %", 0.05, True),
        ("2points", 2.0, False),
        ("2 points", 2.0, False),
        ("1 point", 1.0, False),
    ],
)
def test_a_precision_is_read_as_people_write_it(words, amount, relative):
    """A share of the reference's value, or points x days."""
    assert precision(words) == Precision(pytest.approx(amount), relative)


@pytest.mark.parametrize("words", ["5", "0%", "-2 points", "five", "2 hours", ""])
def test_what_is_no_precision_is_one_clear_error(words):
    """It says what to write."""
    with pytest.raises(RippleError, match=r"write 5% .* or 2points"):
        precision(words)


def test_looks_double_up_to_the_most_that_is_allowed():
    """30, 60, 120 ...; fewer than 30 are refused."""
    assert looks(960) == [30, 60, 120, 240, 480, 960] and looks(100) == [30, 60, 100] and looks(30) == [30]
    with pytest.raises(RippleError, match="at least 30"):
        looks(29)


@pytest.mark.parametrize("spread", [0.28, 0.4, 0.55])
def test_the_interval_at_the_stop_holds_in_95_cases_of_100(spread):
    """Normal differences of mean 3, precision .1, stopped at 30, 60, 120, 240: 1,500 cases, two-sided z < 4.9.

    The spreads are chosen so that one stops at the first, the second or the third look about as often as not, where
    stopping early costs most: .1 / spread is about 2 / sqrt(30), 2 / sqrt(60), 2 / sqrt(120). Drawn at 99.9 % the
    intervals would hold too often and fail as well.
    """
    cases, inside, stops = 1500, 0, []
    wanted, steps = Precision(0.1, relative=False), looks(240)
    noise = draws.generator(11, f"stop {spread}").standard_normal((cases, 240))
    for x in 3.0 + spread * noise:
        for step in steps:
            values = np.column_stack([np.zeros(step), x[:step]])
            reached, half, _ = wanted.reached(values)
            if reached:
                break
        stops.append(step)
        inside += abs(x[:step].mean() - 3.0) <= half
    assert len(set(stops)) > 1 and min(stops) >= FIRST_LOOK
    assert abs(inside - 0.95 * cases) < 4.9 * math.sqrt(cases * 0.95 * 0.05)


def test_a_comparison_runs_until_it_is_as_precise_as_asked():
    """A wide precision stops at 30 runs and says so; one out of reach runs to the most and says that."""
    asked = {"users": 200, "horizon": "20 d", "arms": ["silence", "disclosure"], "how_sure": False, "seed": 1}
    wide = sim.compare("data-breach", precision="50%", **asked)
    told = wide.provenance["precision"]
    assert told["reached"] and wide.n_replicates == 30 and told["looks"] == [30] and told["half"] <= told["wanted"]
    row = wide.differences.query("measure == 'trust_days_lost'").iloc[0]
    assert (row["high"] - row["low"]) / 2 == pytest.approx(told["half"], rel=1e-9)
    narrow = sim.compare("data-breach", precision="0.000001 points", replicates=40, **asked)
    told = narrow.provenance["precision"]
    assert not told["reached"] and narrow.n_replicates == 40 and told["looks"] == [30, 40]
    assert narrow.replicates.query("replicate < 30").equals(wide.replicates)
