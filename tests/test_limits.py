"""docs/limits.md counts rightly, and its table is what was measured."""

from __future__ import annotations

import csv
from pathlib import Path

from sim.scenario.parameters import PARAMETERS
from sim.study.evidence.sensitivity import assumed

ROOT = Path(__file__).parent.parent


def test_the_limits_count_the_assumed_numbers():
    """All numbers, those without a source, and of these the ones with a range."""
    said = " ".join((ROOT / "docs" / "limits.md").read_text(encoding="utf-8").split())
    without = [p for p in PARAMETERS.values() if p.assumed]
    count = f"Of {len(PARAMETERS)} numbers of the model {len(without)} have no source: {len(assumed())} sizes"
    assert count in said, f"it should say: {count}"
    assert f"and {len(without) - len(assumed())} conventions" in said


def test_the_table_of_sizes_is_the_measured_one():
    """Every mean that experiments/sizes.csv has for 500 to 50,000 users stands in the table."""
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    with (ROOT / "experiments" / "sizes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["users"]) for row in rows] == [500, 2_000, 10_000, 50_000]
    (table,) = [part for part in page.split("\n\n") if part.startswith("| measure |")]
    for row in rows:
        for name in ("trust_days_lost", "floor_gap", "worst_loss", "ripple"):
            assert f"{float(row[name]):.3g} ({float(row[name + '_sd']):.2g})" in table, (row["users"], name)
