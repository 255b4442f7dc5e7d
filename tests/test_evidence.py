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
    print([(r.id, r.found, r.band) for r in found.results])
    assert found.met or row.reason
