"""The evidence: every row is measured in small size, its frame judges and counts rightly, and the record is current."""

from __future__ import annotations

import pytest

from sim.study.evidence.measuring import measured
from sim.study.evidence.plan import SMALL, Plan
from sim.study.evidence.row import Row
from sim.study.evidence.rows import ROWS


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_a_row_overlaps_its_band_in_small_size(row: Row) -> None:
    """The 95 % interval of each number overlaps its band; of a sign, the value lies in it. Rows known as unmet are so."""
    found = measured(row, Plan(SMALL))
    assert found.met or row.reason


def test_numbers_of_a_plan_are_laid_over_a_scenario_in_the_units_of_the_model():
    """Rates and times need no words; what the row itself sets stays."""
    plan = Plan(SMALL, parameters={"churn": 2e-4, "delay_news": 40.0, "fading": 0.5})
    laid = plan.scenario({"parameters": {"fading": 0.6}}).parameters
    assert (laid["churn"], laid["delay_news"], laid["fading"]) == (2e-4, 40.0, 0.6)
