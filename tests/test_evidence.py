"""The evidence: every row is measured in small size, its frame judges and counts rightly, and the record is current."""

from __future__ import annotations

import functools
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from sim.cli import call
from sim.errors import RippleError
from sim.scenario.parameters import PARAMETERS, Parameters
from sim.show.evidence_page import page, save
from sim.study.evidence.estimates import mean_of, median_of, ratio_of, share_of
from sim.study.evidence.history import change_since, changes, with_history
from sim.study.evidence.measuring import measure_all, measured
from sim.study.evidence.plan import FULL, SMALL, Plan
from sim.study.evidence.report import Measured, Report
from sim.study.evidence.row import BUILT_IN, EMERGENT, FITTED, KINDS, Curve, Estimate, Found, Number, Row, row_of
from sim.study.evidence.rows import ROWS, chosen

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "docs" / "evidence.json"


@functools.cache
def record() -> Report:
    return Report.read(RECORD)


# --- the rows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_a_number_that_the_record_has_as_met_is_met_in_small_size(row: Row) -> None:
    """The 95 % interval overlaps the band, which is never widened; of a sign, the value lies in it."""
    small = {result.id: result for result in measured(row, Plan(SMALL)).results}
    full = {result.id: result.met for one in record().rows if one.id == row.id for result in one.results}
    assert list(small) == list(full) == row.ids
    for id, met in full.items():
        assert small[id].met or not met, (id, small[id].found, small[id].band)


FAR_OFF = {  # a number of the model far from its default, and the numbers that then must not be met any more
    "E1": ({"loss": 0.3}, "E1a"),
    "E2": ({"asymmetry": 0.3}, "E2"),
    "E3": ({"asymmetry": 20.0}, "E3a"),
    "E4": ({"heal_competence": 2000.0}, "E4a"),
    "E5": ({"scar_integrity": 0.9}, "E5b"),
    "E6": ({"virality_mean": 0.9}, "E6a"),
    "E7": ({"fading": 0.9}, "E7b"),
    "E8": ({"share_soon": 0.2}, "E8a"),
    "E9": ({"reply_half": 3.0}, "E9b"),
    "E10": ({"ignored_intent": 0.7}, "E10a"),
    "E11": ({"repair": 0.9}, "E11"),
    "E12": ({"told_product": 0.95, "told_moral": 0.5}, "E12c"),
    "E13": ({"clue": 0.01}, "E13a"),
    "E14": ({"record_weight": 3.0}, "E14"),
    "E15": ({"asymmetry": 0.5}, "E15b"),
    "E16": ({"churn": 5e-4}, "E16a"),
    "E17": ({"activity_sigma": 1.0}, "E17a"),
    "E18": ({"stated_intent_scale": 5.0}, "E18a"),
    "E19": ({"trust_correlation": 0.1}, "E19"),
    "E20": ({"record_weight": 3.0}, "E20"),
    "E21": ({"heal_moral": 6.0, "scar_integrity": 0.0, "own_rate": 0.2, "talk_rate": 0.0}, "E21b"),
    "E22": ({"fatigue_half": 0.05}, "E22a"),
}


@pytest.mark.parametrize("id", FAR_OFF)
def test_a_row_fails_when_a_number_is_far_off(id: str) -> None:
    """So the rows can fail: each of them is held against the band, also in small size."""
    numbers, broken = FAR_OFF[id]
    results = {result.id: result for result in measured(ROWS[id], Plan(SMALL, parameters=numbers)).results}
    assert not results[broken].met, results[broken].found


def test_a_row_is_the_same_under_the_same_seed_and_another_under_another() -> None:
    first, again, other = (measured(ROWS["E8"], Plan(SMALL, seed=seed)).results for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_every_row_says_what_it_is() -> None:
    """Ids E1, E2 ... without a gap up to the last of a kind; a claim, a source, a way of measuring, known kinds."""
    assert [int(id[1:]) for id in ROWS] == sorted(int(id[1:]) for id in ROWS)
    assert [int(id[1:]) for id in ROWS] == list(range(1, 23))
    for row in ROWS.values():
        assert row.kind in KINDS and row.claim.endswith(".") and row.how.endswith(".") and len(row.source) > 8, row.id
        assert "must" not in row.claim
        assert row.ids == [row.id] if len(row.numbers) == 1 else all(row_of(id) == row.id for id in row.ids)


def test_numbers_of_a_plan_are_laid_over_a_scenario_in_the_units_of_the_model() -> None:
    """Rates and times need no words; what the row itself sets stays."""
    plan = Plan(SMALL, parameters={"churn": 2e-4, "delay_news": 40.0, "fading": 0.5})
    laid = plan.scenario({"parameters": {"fading": 0.6, "bad_rate": 0.01}}).parameters
    assert (laid["churn"], laid["delay_news"], laid["fading"], laid["bad_rate"]) == (2e-4, 40.0, 0.6, 0.01)


# --- estimates --------------------------------------------------------------------------------------------------------


def test_a_mean_has_students_interval() -> None:
    """1, 2, 3: mean 2, sd 1, t(2, .975) = 4.302653, so 2 -+ 4.302653 / sqrt(3)."""
    found = mean_of([1.0, 2.0, 3.0])
    assert (found.low, found.value, found.high) == pytest.approx((2 - 2.484138, 2.0, 2 + 2.484138), abs=1e-6)
    with pytest.raises(ValueError, match="at least two"):
        mean_of([1.0])


def test_a_share_has_wilsons_interval() -> None:
    """0 of 10: 0 to z^2 / (10 + z^2) = .277533; and it is symmetric in hits and misses."""
    found = share_of(0, 10, 100.0)
    assert (found.value, found.low, found.high) == pytest.approx((0.0, 0.0, 27.7533), abs=1e-3)
    assert share_of(7, 10).high == pytest.approx(1 - share_of(3, 10).low)


def test_a_ratio_of_means_is_covered_as_often_as_it_says() -> None:
    """Fieller's interval for normal pairs covers the ratio with 95 %: of 2,000 within z < 4.9 of it."""
    from sim.world import draws

    z = draws.generator(5, "test ratio").standard_normal((2000, 8, 2))
    above, below = 3.0 + z[..., 0], 6.0 + 0.5 * z[..., 0] + z[..., 1]
    covered = sum(f.low <= 0.5 <= f.high for f in map(ratio_of, above, below))
    assert abs(covered - 1900) < 4.9 * math.sqrt(2000 * 0.95 * 0.05)
    exact = ratio_of([1.0, 1.1, 0.9], [2.0, 2.2, 1.8])
    assert (exact.low, exact.value, exact.high) == pytest.approx((0.5, 0.5, 0.5))
    assert math.isinf(ratio_of([1.0, 2.0], [-1.0, 1.001]).high)


def test_a_median_lies_between_two_of_its_values() -> None:
    """Of 12 the third and the tenth hold the median with 96.1 %, of six the outermost with 96.9 %; infinities may be."""
    found = median_of([*range(1, 11), math.inf, math.inf])
    assert (found.low, found.value, found.high) == (3.0, 6.5, 10.0)
    assert (median_of(range(6)).low, median_of(range(6)).high) == (0.0, 5.0)
    assert math.isinf(median_of([1.0, math.inf, math.inf]).value)


# --- judging and counting ---------------------------------------------------------------------------------------------


def _row(id: str, *estimates: Estimate, kind: str = EMERGENT, band: tuple[float, float] = (0.0, 1.0)) -> Row:
    numbers = tuple(Number(f"number {k}", *band, unit="%") for k in range(len(estimates)))
    curve = Curve("line", [1, 2], [np.float32(3), 4])
    return Row(id, "A claim.", "A source 2020", kind, "By a run.", numbers, lambda plan: Found(estimates, (curve,)))


INSIDE, BESIDE, ACROSS = Estimate(0.5, 0.4, 0.6), Estimate(3.0, 2.0, 4.0), Estimate(1.5, 0.9, 2.0)


def test_a_number_is_judged_by_its_value_in_full_and_by_its_interval_in_small_size() -> None:
    plain, sign = Number("x", 0.0, 1.0), Number("x", 0.0, math.inf, whole=True)
    assert [plain.met(found, small=False) for found in (INSIDE, BESIDE, ACROSS)] == [True, False, False]
    assert [plain.met(found, small=True) for found in (INSIDE, BESIDE, ACROSS)] == [True, False, True]
    unsure = Estimate(0.2, -0.1, 0.5)
    assert (sign.met(unsure, small=False), sign.met(unsure, small=True)) == (False, True)
    assert not sign.met(Estimate(-0.2, -0.5, 0.1), small=True)


def test_the_kinds_are_counted_apart_and_a_row_is_met_when_all_its_numbers_are() -> None:
    rows = [
        _row("E1", INSIDE, BESIDE),
        _row("E2", INSIDE, kind=FITTED),
        _row("E3", INSIDE, kind=BUILT_IN),
        _row("E4", INSIDE),
    ]
    report = measure_all(rows, threads=2)
    assert report.counted() == {BUILT_IN: (1, 1), FITTED: (1, 1), EMERGENT: (1, 2)}
    assert [row.id for row in report.rows] == ["E1", "E2", "E3", "E4"]


def test_the_flat_list_has_an_entry_for_each_number(tmp_path: Path) -> None:
    """Its ids without their letters are the rows; what is not finite is null."""
    rows = [_row("E1", INSIDE, BESIDE), _row("E2", Estimate(math.inf, 5.0, math.inf), band=(1.0, math.inf))]
    entries = json.loads(measure_all(rows).write_entries(tmp_path / "list.json").read_text(encoding="utf-8"))
    assert [entry["id"] for entry in entries] == ["E1a", "E1b", "E2"]
    assert {row_of(entry["id"]) for entry in entries} == {"E1", "E2"}
    for entry in entries:
        assert list(entry) == ["id", "claim", "kind", "value", "low", "high", "band", "met"]
    assert entries[2] | {"claim": ""} == {
        "id": "E2", "claim": "", "kind": EMERGENT, "value": None, "low": 5.0, "high": None, "band": [1.0, None], "met": True
    }  # fmt: skip


def test_a_report_survives_its_file(tmp_path: Path) -> None:
    report = measure_all([_row("E1", INSIDE, BESIDE), _row("E2", Estimate(math.inf, 5.0, math.inf))])
    assert Report.read(report.write(tmp_path / "evidence.json")) == report
    (tmp_path / "other.json").write_text('{"format": 1}', encoding="utf-8")
    with pytest.raises(RippleError, match="no measured evidence"):
        Report.read(tmp_path / "other.json")


# --- measuring --------------------------------------------------------------------------------------------------------


def _counting(id: str, calls: list[str], stops: bool = False) -> Row:
    def measure(plan: Plan) -> Found:
        calls.append(id)
        plan.tick(0.5)
        if stops:
            raise KeyboardInterrupt
        return Found((INSIDE,))

    return Row(id, "A claim.", "A source 2020", EMERGENT, "By a run.", (Number("x", 0.0, 1.0),), measure)


def test_what_was_measured_is_kept_and_ctrl_c_loses_none_of_it(tmp_path: Path) -> None:
    """The first start is stopped in its second row; the next one measures only what is missing."""
    calls: list[str] = []
    stopped = measure_all([_counting("E1", calls), _counting("E2", calls, stops=True)], threads=1, kept=tmp_path)
    assert stopped.stopped
    assert [row.id for row in stopped.rows] == ["E1"]
    whole = measure_all([_counting("E1", calls), _counting("E2", calls)], threads=1, kept=tmp_path)
    assert not whole.stopped
    assert calls == ["E1", "E2", "E2"]
    measure_all([_counting("E1", calls)], threads=1, kept=tmp_path, seed=2)
    measure_all([_counting("E1", calls)], threads=1, kept=tmp_path, anew=True)
    measure_all([_counting("E1", calls)], threads=1, kept=tmp_path, parameters={"loss": 1.0})
    assert calls[3:] == ["E1"] * 3


def test_the_result_does_not_depend_on_threads_and_progress_reaches_the_end() -> None:
    shares: list[float] = []
    rows = chosen(["e8", "E7"])
    one = measure_all(rows, size=SMALL, threads=1, progress=lambda share, _: shares.append(share))
    two = measure_all(rows, size=SMALL, threads=2)
    assert [row.results for row in one.rows] == [row.results for row in two.rows]
    assert shares[-1] == pytest.approx(1.0)
    assert shares == sorted(shares)


def test_an_unknown_row_is_named_with_the_nearest() -> None:
    with pytest.raises(RippleError, match="'E99' is no row of the evidence"):
        chosen(["E99"])


# --- the command and the record ---------------------------------------------------------------------------------------


def test_the_command_prints_claims_bands_and_verdicts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "evidence.json"
    assert call(["evidence", "--quick", "--only", "E3,E8", "--fresh", "--json", str(target)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "built in 2 of 2, fitted 0 of 0, emergent 0 of 0" in said
    assert "Only emergent rows are evidence for the mechanism" in said
    assert [entry["id"] for entry in json.loads(target.read_text(encoding="utf-8"))] == ["E3a", "E3b", "E8a", "E8b"]
    assert call(["evidence", "--quick", "--page", str(tmp_path / "evidence.md")]) == 2
    assert call(["evidence", "--only", "E99"]) == 1


def test_the_page_is_the_record_and_every_row_has_its_figure() -> None:
    """docs/evidence.md says what docs/evidence.json holds; `make evidence` writes both."""
    assert (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8") == page(record())
    figures = {path.stem for path in (ROOT / "docs" / "evidence").glob("*.png")}
    assert figures == set(ROWS)


def test_the_record_is_of_the_rows_as_they_are() -> None:
    """Claims, sources, kinds and bands are those of the code, and it was measured in full size."""
    assert (record().size, record().stopped) == (FULL, False)
    assert [row.id for row in record().rows] == list(ROWS), "measure anew: make evidence"
    for found in record().rows:
        row = ROWS[found.id]
        for name in ("claim", "source", "kind", "how", "tuned", "reason"):
            assert getattr(found, name) == getattr(row, name), (
                f"{row.id} has another {name}; measure anew: make evidence"
            )
        assert [r.band for r in found.results] == [(n.low, n.high) for n in row.numbers], row.id


def test_the_record_was_measured_with_the_defaults_of_today() -> None:
    """A changed default wants `make evidence`, which says which numbers moved, and a line of CHANGELOG.md."""
    now = {name: parameter.default for name, parameter in PARAMETERS.items()}
    changed = [name for name in now if record().parameters.get(name) != now[name]]
    assert not changed and record().parameters.keys() == now.keys(), f"{changed} changed: make evidence"


def test_the_changelog_names_what_a_change_of_defaults_moved() -> None:
    """Every change that the record carries: each default by name and each row that moved, in one entry."""
    entries = [
        " ".join(entry.split()) for entry in re.split(r"\n- ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    ]
    for change in changes(record()):
        named = [entry for entry in entries if all(name in entry for name in change.defaults)]
        assert any(all(re.search(rf"\b{id}\b", entry) for id in change.moved) for entry in named), change.words


def test_a_record_says_which_numbers_moved(tmp_path: Path) -> None:
    """A number has moved when its value left the earlier interval or its verdict turned."""
    before = measure_all([_row("E1", INSIDE, INSIDE, INSIDE)])
    after = measure_all(
        [_row("E1", Estimate(0.55, 0.5, 0.6), Estimate(0.7, 0.6, 0.8), BESIDE)], parameters={"fading": 0.5}
    )
    save(before, tmp_path / "evidence.md")
    save(after, tmp_path / "evidence.md")
    (change,) = changes(Report.read(tmp_path / "evidence.json"))
    assert change.defaults == {"fading": (Parameters()["fading"], 0.5)}
    assert change.moved == {"E1b": (0.5, 0.7), "E1c": (0.5, 3.0)}
    assert (
        change.words == "`fading` from 0.47 to 0.5: of the evidence this moved E1b from 0.5 to 0.7, E1c from 0.5 to 3."
    )
    assert change_since(before, before) is None
    assert with_history(after, None).history == after.history
    assert (tmp_path / "evidence" / "E1.png").stat().st_size < 40_000
    assert change.words in (tmp_path / "evidence.md").read_text(encoding="utf-8")


def test_what_was_measured_reads_back_as_it_was() -> None:
    found = measured(_row("E1", INSIDE), Plan(SMALL))
    assert Measured.read(json.loads(json.dumps(found.plain()))) == found
