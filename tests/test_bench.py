"""`ripple bench`: the same path as a real one at a tiny size. No time is judged here."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace as Namespace

import numpy as np
import pytest

from sim.bench import cascade, cases, floor, measuring, parts, separate, talk, timing
from sim.bench.cases import Plan, breach, setup, viral
from sim.bench.page import page
from sim.bench.report import GROUPS, Report
from sim.bench.targets import LARGE, PROFILES, SMALL, TARGETS, Target, judged
from sim.bench.text import lines, number
from sim.cli import call
from sim.dynamics.engine import Engine
from sim.dynamics.setup import LARGE as LARGE_TALK
from sim.errors import RippleError
from sim.show.growth import cost_by_size

ROOT = Path(__file__).parent.parent
TINY = Plan("tiny", large=1200, ties=3, small=300, twin=60, twin_days=1, growth=(200, 1200), few=1, many=2, cold=False)


@pytest.fixture(scope="module")
def tiny() -> Report:
    return measuring.bench(TINY)


def test_a_bench_measures_every_group_and_every_target(tiny: Report) -> None:
    """All but the cold start, which the plan leaves out."""
    assert not tiny.stopped
    assert {figure.group for figure in tiny.figures.values()} | missing_groups(tiny) == set(GROUPS)
    rivals = {"SciPy": "talk.ratio", "CyNetDiff": "cascade.ratio", "Mesa": "twin", "Mesa twin": "twin"}
    left_out = ("start.cold", *(rivals[name] for name in tiny.missing if name in rivals))
    for target in TARGETS:
        assert (target.id in tiny.figures) != target.id.startswith(left_out), target.id
    for figure in tiny.figures.values():
        assert np.isfinite([figure.lowest, figure.median, figure.highest]).all(), figure.id
        assert figure.lowest <= figure.median <= figure.highest
        assert figure.median > 0 or figure.group in ("story", "growth", "breakdown"), figure.id  # differences
    profiled = {target for target, start in PROFILES.items() if len(tiny.under(start)) > 1}
    assert profiled == set(PROFILES) - {"start.cold"}


def missing_groups(report: Report) -> set[str]:
    return {"twin"} if {"Mesa", "Mesa twin"} & set(report.missing) else set()


def test_a_report_comes_back_from_its_file_as_it_was(tiny: Report, tmp_path: Path) -> None:
    back = Report.read(tiny.write(tmp_path / "speed.json"))
    assert back.figures == tiny.figures
    assert page(back) == page(tiny)
    plain = json.loads((tmp_path / "speed.json").read_text())
    assert [target["id"] for target in plain["targets"]] == [target.id for target in TARGETS]
    for text, said in (("{}", "no result of"), ('{"format": 99}', "format 99"), ("[", "no result of")):
        (tmp_path / "speed.json").write_text(text)
        with pytest.raises(RippleError, match=said):
            Report.read(tmp_path / "speed.json")
    with pytest.raises(RippleError, match="cannot be read"):
        Report.read(tmp_path / "nothing.json")


def test_every_figure_and_target_is_printed_and_on_the_page(tiny: Report) -> None:
    printed, written = "\n".join(lines(tiny)), page(tiny)
    for figure in tiny.figures.values():
        assert figure.words in printed
        assert f"| `{figure.id}` |" in written
    for target in TARGETS:
        assert target.words in printed
        assert f"| `{target.id}` |" in written
    for what in tiny.missing:
        assert what in printed
        assert what in written


def report_of(**medians: tuple[float, int | None]) -> Report:
    report = Report("full", {})
    for id, (value, users) in medians.items():
        report.add(id.replace("_", "."), "words", "s", [value], users=users)
    return report


@pytest.mark.parametrize(
    ("value", "users", "met"),
    [
        (4.0, LARGE, "stretch"), (4.1, LARGE, "met"), (8.0, LARGE, "met"), (8.1, LARGE, "missed"), (1.0, 1000, "other size"),
    ],
)  # fmt: skip
def test_a_target_is_judged_at_its_own_size(value: float, users: int, met: str) -> None:
    found = {target.id: (got, verdict) for target, got, verdict in judged(report_of(whole_large=(value, users)))}
    assert found["whole.large"] == (value, met)
    assert found["start.help"] == (None, "not measured")


def test_a_ratio_should_be_large_and_a_bar_may_be_left_out() -> None:
    faster = Target("x", "", "x", 4, 6, at_least=True)
    assert [faster.met_by(value) for value in (3.9, 4, 6)] == ["missed", "met", "stretch"]
    assert [replace(faster, stretch=None).met_by(value) for value in (3, 7)] == ["missed", "met"]
    assert [replace(faster, target=None).met_by(value) for value in (5, 7)] == ["missed", "stretch"]


def test_rivals_run_in_turn_after_one_round_that_does_not_count() -> None:
    """A B A B ..., each prepared right before; as many times as asked."""
    done: list[str] = []
    rivals = {"a": lambda: done.append("a"), "b": lambda: done.append("b")}
    seconds = timing.interleaved(rivals, 2, before={"b": lambda: done.append("before b")})
    assert done == ["a", "before b", "b"] * 3
    assert [len(times) for times in seconds.values()] == [2, 2]
    assert timing.interleaved(rivals, 1, warm=False).keys() == {"a", "b"}
    assert len(done) == 11
    assert timing.ratios([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]


@pytest.mark.parametrize("n", [1, 8, 1003])
def test_the_floors_do_what_they_say(n: int) -> None:
    """A gather sums values[ids] (float32: 1e-5 of the sum), the triad is one + factor other."""
    values, ids = np.linspace(0, 1, 50, dtype=np.float32), (np.arange(n) * 7 % 50).astype(np.uint32)
    assert floor.gather(values, ids) == pytest.approx(values[ids].sum(dtype=float), rel=1e-5)
    out, one, other = np.zeros(n, np.float32), np.arange(n, dtype=np.float32), np.ones(n, np.float32)
    floor.triad(out, one, other, np.float32(0.5))
    assert np.array_equal(out, one + np.float32(0.5))


def test_hearings_are_those_of_everyone_whose_friend_shared() -> None:
    """With a story that all share, each user makes each listener hear once: as many hearings as arcs; in a large
    network, where the engine counts talk apart."""
    users = LARGE_TALK + 100
    told = setup(viral(users, 2))
    told = replace(told, acts=tuple(replace(act, virality=1e9) for act in told.acts))
    engine = Engine(told, 1).run()
    assert parts.hearings(engine) == told.world.graph.n_arcs
    assert parts.first_hearings(engine) + parts.meetings(engine) >= users


def test_the_parts_of_a_talk_step_are_the_whole_of_it() -> None:
    """All parts on blocks, tried beside the engine, leave the trust, the columns and the followers that its own step
    then leaves, also while users follow and leave: so many of them that some do in every step."""
    for by_users in (cases.BASE, {"parameters": {"churn": "0.05 per h"}}):
        engine = Engine(setup(breach(700, 3, days=6, by_users=by_users)), 1)
        engine.advance(60)
        before = parts.done_by_users(engine)["moves"]
        room = parts.own_room(engine)
        parts.on_blocks(engine, len(parts.ON_BLOCKS) - 1, 1, *room)
        parts.talk_step_of(engine)()
        assert (parts.done_by_users(engine)["moves"] > before) == (by_users is not cases.BASE)
        assert np.array_equal(room[0][: engine.n], engine.expressed_trust())
        assert np.array_equal(room[1], engine.columns)
        assert np.array_equal(room[2], engine.flags)


def test_processes_at_rates_of_zero_are_left_out() -> None:
    """Rates of 0 give the state that leaving the processes out gives, bit for bit, and hold no more memory."""
    left_out, at_zero, full = (
        Engine(setup(breach(400, 3, days=4, by_users=by_users)), 1).run()
        for by_users in (cases.BASE, cases.AT_ZERO, cases.EVERYTHING)
    )
    assert np.array_equal(left_out.columns, at_zero.columns)
    assert np.array_equal(left_out.rows, at_zero.rows)
    assert parts.memory(left_out) == parts.memory(at_zero)
    assert parts.memory(full)["users"] > parts.memory(at_zero)["users"]


def test_users_post_as_often_as_the_target_says() -> None:
    """.5 % of users a day: posts per user and day, within a tenth of .005 over 30 days. Activity is lognormal with a
    sigma of 2.99 and cut at 2 an hour: of 6,000 users' rates, the mean has a relative spread of 9 %, so this seed's
    posts stay within a quarter."""
    users = 6_000
    engine = Engine(setup(breach(users, 3, by_users=cases.POSTS)), 1).run()
    assert parts.done_by_users(engine)["posts"] / users / 30 == pytest.approx(0.005, rel=0.25)


def test_memory_is_told_apart_by_what_it_is_for() -> None:
    """Ties in both directions take at least 4 bytes each way and a user's columns 4 bytes each; none is counted twice."""
    engine = Engine(setup(breach(2000, 3, days=4)), 1).run()
    held = parts.memory(engine)
    assert held["network"] >= 2 * 4 * engine.world.graph.n_arcs / 1e6
    assert held["users"] >= engine.columns.nbytes / 1e6
    assert held["encounters"] == engine.met.nbytes / 1e6


def test_a_run_has_a_step_of_talk_for_each_hour_that_is_not_still() -> None:
    """Without processes talk begins with the first act, at hour 10; with one of them at once. 96 hours in all."""
    assert parts.talk_steps(setup(breach(100, 3, days=4))) == 96 - 10
    assert parts.talk_steps(setup(breach(100, 3, days=4, by_users=cases.MEMBERSHIP))) == 96


def test_the_page_says_where_the_time_goes_in_what_misses_its_target() -> None:
    """Shares of the sum of the parts, the largest first; nothing under 1 %, nothing for what is met."""
    report = report_of(whole_large=(9.0, LARGE), whole_small=(0.001, SMALL))
    for size in ("large", "small"):
        for part, ms in (("acts", 1000.0), ("talk", 3000.0), ("tables", 1.0)):
            report.add(f"breakdown.{size}.base.{part}", f"a run: {part}", "ms", [ms])
    written = page(
        replace(
            report, machine=dict.fromkeys(("day", "processor", "cores", "memory_gb", "system", "python", "packages"))
        )
    )
    assert "- `whole.large`: 75 % talk (3,000 ms); 25 % acts (1,000 ms)\n" in written
    assert "- `whole.small`:" not in written


def test_a_first_start_says_what_was_compiled() -> None:
    """Seconds between start and end of a compilation, without those of another inside it."""

    def event(name: str, is_start: bool) -> Namespace:
        return Namespace(is_start=is_start, data={"dispatcher": Namespace(py_func=Namespace(__name__=name))})

    events = [(0.0, event("outer", True)), (1.0, event("inner", True)), (4.0, event("inner", False))]
    events += [(6.0, event("outer", False)), (7.0, event("inner", True)), (9.0, event("inner", False))]
    assert separate.seconds_by_itself(events) == {"inner": 5.0, "outer": 3.0}


def test_parts_of_a_run_add_up() -> None:
    """No part takes longer than the whole, and the engine that is watched comes to the same end."""
    run = setup(breach(400, 3, days=4))
    spent = parts.timed_run(run, 1)
    assert all(value >= 0 for value in spent.values())
    assert spent["layout"] + spent["acts"] + spent["talk"] + spent["tables"] <= spent["all"]
    assert spent["acts"] > 0


def test_the_picture_of_growth_shows_the_cost_of_each_user() -> None:
    """1e6 seconds / users at each size, drawn by size, whatever the order they come in."""
    ax = cost_by_size({10_000: 0.2, 1_000: 0.03})
    (line,) = ax.get_lines()
    assert line.get_xdata().tolist() == [1_000, 10_000]
    assert line.get_ydata().tolist() == pytest.approx([30.0, 20.0])
    assert [text.get_text() for text in ax.texts][:2] == ["0.03 s", "0.2 s"]


def test_a_missing_rival_is_named_with_what_installs_it_and_the_rest_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("cynetdiff", "cynetdiff.models", "scipy.sparse"):
        monkeypatch.setitem(sys.modules, module, None)
    report = Report("tiny", {})
    cascade.measure(TINY, report)
    talk.measure(TINY, report)
    assert {"cascade.attempt", "talk.one"} <= set(report.figures)
    assert not {"cascade.ratio", "talk.ratio.one"} & set(report.figures)
    for name in ("CyNetDiff", "SciPy"):
        assert "pip install 'trust-ripple[bench]'" in report.missing[name]


def stop(plan: Plan, report: Report) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_leaves_what_was_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    """Exit code 130, the figures so far on the screen and in the file."""
    monkeypatch.setattr(talk, "measure", stop)
    monkeypatch.setattr(cases, "QUICK", TINY)
    assert call(["bench", "--quick", "--json", str(tmp_path / "speed.json")]) == 130
    out = capsys.readouterr()
    assert "Stopped before the end" in out.out
    assert "[2/" in out.err
    report = Report.read(tmp_path / "speed.json")
    assert report.stopped
    assert {figure.group for figure in report.figures.values()} == {"floor"}


def test_the_command_writes_a_page_and_its_figures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    for group in GROUPS:
        if group not in ("floor", "growth"):
            monkeypatch.setattr(f"sim.bench.{group}.measure", lambda plan, report: None)
    monkeypatch.setattr(cases, "QUICK", TINY)
    assert call(["bench", "--quick", "--page", str(tmp_path / "speed.md")]) == 0
    assert str(tmp_path / "speed.json") in capsys.readouterr().out
    text = (tmp_path / "speed.md").read_text()
    assert text == page(Report.read(tmp_path / "speed.json"))
    assert "](speed.png)" in text
    assert (tmp_path / "speed.png").read_bytes()[:4] == b"\x89PNG"


def test_what_cannot_be_written_is_said_before_anything_is_measured(tmp_path: Path, capsys) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "speed.json", tmp_path):
        assert call(["bench", "--quick", "--json", str(path)]) in (1, 2)
    assert call(["bench", "--quick", "--huge"]) == 2
    out = capsys.readouterr()
    assert not out.out
    assert "[1/" not in out.err


def test_a_process_of_its_own_that_fails_says_why() -> None:
    with pytest.raises(RippleError, match="ZeroDivisionError"):
        separate._python("1 / 0")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.9684, "ns", "1.97 ns"),
        (480.4, "MB", "480 MB"),
        (12345.0, "x", "12,345 x"),
        (1.23, "", "1.23"),
        (None, "s", "-"),
    ],
)
def test_three_digits_count(value: float | None, unit: str, text: str) -> None:
    assert number(value, unit) == text


def test_the_page_of_speed_is_what_was_stored() -> None:
    """docs/speed.md is written from docs/speed.json, a whole bench that nobody stopped, and has every target on it."""
    report = Report.read(ROOT / "docs" / "speed.json")
    written = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    assert written == page(report)
    assert (report.mode, report.stopped) == ("full", False)
    assert (ROOT / "docs" / "speed.png").exists()
    assert all(f"| `{target.id}` |" in written for target in TARGETS)
