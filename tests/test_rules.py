"""Rules of one's own: one that does nothing changes no bit, one that changes is booked, and mistakes name the rule."""

from __future__ import annotations

import copy
import gc
import multiprocessing
import os
import pickle
import re
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_to_import import EarlyNothing, Gloom, LateGloom, Nothing, run_with_gloom
from small_worlds import act, setup_of, world_of

import sim
from sim.dynamics import ledger, observe
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.rules import checked
from sim.errors import RippleError
from sim.world import draws
from sim.world.graph import generate

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "rules.md").read_text(encoding="utf-8")
SMALL = {"users": 200, "horizon": "20 d"}


@pytest.fixture(scope="module")
def world():
    return world_of(generate("powerlaw_cluster", users=300, seed=1))


def breach():
    return [act("data_breach", 10.0, hidden=False, found_mean=None, reach=0.5, virality=3.0)]


def everything(engine: Engine) -> list[np.ndarray]:
    """All that a run leaves behind."""
    books = engine.books[: len(engine.causes)]
    return [engine.columns, engine.expressed_trust(), engine.flags, engine.rows, books, engine.expressed, engine.lowest]


def same(one: Engine, other: Engine) -> bool:
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(everything(one), everything(other), strict=True))


class Calls(sim.Rule):
    """Does what a test hands it."""

    name = "calls"
    columns = {"mark": 0.0}  # noqa: RUF012

    def __init__(self, what, after="stories"):
        self.what, self.after = what, after

    def step(self, world, now, dt, draws, books):
        self.what(world, now, draws, books)


def ran(world, what, after="stories", acts=(), days=2):
    return Engine(setup_of(world, list(acts), days=days, rules=checked([Calls(what, after)]))).run()


# --- what a rule may not change -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("acts", [[], breach()], ids=["still", "breach"])
def test_a_rule_that_does_nothing_changes_no_bit(world, acts):
    """All arrays of the run are equal bit for bit, while talk sleeps and when it runs, and the call cut in two."""
    plain = Engine(setup_of(world, acts, days=5)).run()
    rules = checked([Nothing(), EarlyNothing()])
    ruled = Engine(setup_of(world, acts, days=5, rules=rules))
    ruled.advance(33.3)
    assert same(ruled.run(), plain)
    assert set(ruled.rulings.columns) == {"nothing.still", "early_nothing.still"}


def test_a_rule_that_does_nothing_changes_no_bit_of_a_large_network():
    """40,000 users, where blocks are spread over threads, and steps of 4 h."""
    large = world_of(generate("powerlaw_cluster", users=40_000, seed=1))
    plain = Engine(setup_of(large, breach(), step=4.0, days=2)).run()
    assert same(
        Engine(setup_of(large, breach(), step=4.0, days=2, rules=checked([Nothing, EarlyNothing]))).run(), plain
    )


def test_what_a_rule_sees_cannot_be_written(world):
    """Arrays are read-only, names cannot be set, and the columns of others are only shown."""

    def look(view, now, draws, books):
        for name in ("trust", "own", "wound", "follows", "labels", "start", "heard", "listeners"):
            with pytest.raises(ValueError, match="read-only"):
                getattr(view, name)[0] = 0
        with pytest.raises(ValueError, match="read-only"):
            view.column("calls.mark")[0] = 1
        with pytest.raises(RippleError, match=r"world.trust cannot be set; users are changed by books"):
            view.trust = 0.5
        with pytest.raises(AttributeError, match="did you mean 'trust'"):
            view.trsut  # noqa: B018

    ran(world, look, days=1)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (lambda engine: engine.trust.__setitem__((engine.state[s.SIDE], 3), 0.5), "changed expressed trust without"),
        (lambda engine: engine.columns.__setitem__(s.GAIN_C + 5, 0.01), "changed own trust without booking it"),
        (lambda engine: engine.flags.__setitem__(7, engine.flags[7] ^ 1), "changed who follows without booking it"),
        (lambda engine: engine.books.__setitem__((0, 0), 1.0), "changed the books without booking it"),
    ],
)
@pytest.mark.parametrize("after", ["stories", "talk"])
def test_a_change_that_is_not_booked_is_named(world, what, words, after):
    """Whatever a rule gets hold of and changes in the 12th hour: the run stops and names the rule and the hour."""
    held = []

    def poke(view, now, draws, books):
        if now == 12.0:
            what(held[0])

    rules = checked([Calls(poke, after)])
    engine = Engine(setup_of(world, breach(), days=2, rules=rules))
    held.append(engine)
    with pytest.raises(RippleError) as caught:
        engine.run()
    assert str(caught.value).startswith("the rule 'calls' at hour 12")
    assert words in str(caught.value)


# --- what a rule changes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [Gloom, LateGloom])
def test_what_a_rule_changes_is_booked_under_its_name(rule):
    """Both books sum to the change of the series, and the own book has the rule's account, a loss."""
    run = sim.run("data-breach", arm="silence", rules=[rule()], **SMALL)
    plain = sim.run("data-breach", arm="silence", **SMALL)
    for book, column in (("own", "own"), ("expressed", "trust")):
        booked = run.ledger.loc[run.ledger["book"] == book, "trust"].sum()
        assert booked == pytest.approx(run.series[column].iloc[-1] - run.series[column].iloc[0], abs=1e-9)
    name = rule().name
    [account] = run.ledger.loc[run.ledger["cause"] == f"rule {name}"].to_dict("records")
    assert (account["book"], account["channel"]) == ("own", "rule")
    assert account["trust"] < -0.01
    assert run.series["own"].iloc[-1] < plain.series["own"].iloc[-1] - 0.01
    assert run.series[f"{name}.hits"].iloc[-1] == pytest.approx(run.users[f"{name}.hits"].mean())
    assert run.series[f"{name}.calls"].to_list() == list(range(481))


def test_the_row_shows_what_a_rule_after_talk_left_and_people_talk_of_what_one_before_it_left(world):
    """Trust set to .3 after talk is .3 in every row, the last and the lowest too; set before talk, it has moved on."""

    def set_low(view, now, draws, books):
        books.set_expressed(np.arange(view.n_users), 0.3)

    late, early = ran(world, set_low, "talk"), ran(world, set_low, "stories")
    seen = observe.table(late.rows)["trust"]
    np.testing.assert_allclose(seen[1:], 0.3, atol=1e-7)
    assert np.all(late.lowest[:300] == np.float32(0.3))
    assert observe.table(early.rows)["trust"][1:].min() > 0.3005
    for engine in (late, early):
        ledger.check(engine)
    assert ("expressed", "rule calls", "rule") in [account[:3] for account in ledger.accounts(late)]


def test_what_is_lowest_is_seen_when_the_last_rule_is_done(world):
    """Own trust falls at hour 20 and trust follows it down, until a rule lifts it at hour 30: hour 29 is the lowest.

    Talk alone had left it lower still at hour 30, but no one saw that.
    """

    def lift(view, now, draws, books):
        everyone = np.arange(view.n_users)
        if now == 20.0:
            books.set_own(everyone, 0.2)
        if now == 30.0:
            books.set_trust(everyone, 0.9)

    engine = ran(world, lift, "membership")
    trust = observe.table(engine.rows)["trust"]
    assert int(trust.argmin()) == 29
    assert engine.lowest[:300].mean() == pytest.approx(trust.min(), abs=1e-6)


def test_what_a_rule_set_is_seen_at_once(world):
    """trust and own are what was set a line before, within float32; the mean of those heard is a plain loop's."""

    def look(view, now, draws, books):
        books.set_trust([4, 5], [0.1, 0.7])
        np.testing.assert_allclose(view.trust[[4, 5]], [0.1, 0.7], atol=1e-6)
        np.testing.assert_allclose(view.own[[4, 5]], [0.1, 0.7], atol=1e-6)
        mean = view.mean_of_heard(view.trust)
        for user in (0, 17, 299):
            heard = view.heard[view.start[user] : view.start[user + 1]]
            assert mean[user] == pytest.approx(view.trust[heard].astype(float).mean(), abs=1e-7)

    ran(world, look, days=1)


def test_who_met_and_heard_of_an_act_is_seen(world):
    """As many as the engine counted at the end; nobody before it was out; a response tells who met it."""
    counts = {}

    def look(view, now, draws, books):
        if now == 5.0:
            assert not view.met("data_breach").any() and not view.met("apology").any()
        counts["met"], counts["heard"] = view.met("data_breach").sum(), view.heard_of("data_breach").sum()
        counts["answer"] = view.met("apology").sum()

    acts = [*breach(), act("apology", 15.0, of="data_breach", reach=0.5)]
    rule = Calls(look)
    engine = Engine(setup_of(world, acts, days=5, rules=checked([rule]))).run()
    # some met it after hearing of it, and then count as both
    assert counts["met"] == engine.acts["n_met"][0] > 50
    assert counts["heard"] >= engine.acts["n_heard"][0] > 10
    assert counts["answer"] == engine.acts["n_met"][1] > 50
    with pytest.raises(RippleError, match=r"there is no act 'data_braech'; did you mean 'data_breach'"):
        ran(world, lambda view, now, draws, books: view.met("data_braech"), acts=acts)


def test_draws_are_common_to_arms_and_do_not_hang_on_other_rules():
    """The same users are hit in two arms, and beside another rule; another seed hits others."""
    runs = [
        sim.run("data-breach", arm="silence", rules=[Gloom()], **SMALL),
        sim.run("data-breach", arm="disclosure", rules=[EarlyNothing(), Gloom()], **SMALL),
        sim.run("data-breach", arm="silence", rules=[Gloom()], seed=2, **SMALL),
    ]
    hits = [run.users["gloom.hits"].to_numpy() for run in runs]
    assert np.array_equal(hits[0], hits[1])
    assert not np.array_equal(hits[0], hits[2])
    assert hits[0].mean() == pytest.approx(480 * 0.01, abs=4.9 * np.sqrt(4.8 / 200))  # Poisson, two-sided z


def test_draws_keep_their_event_when_they_are_given_one(world):
    """event=0 gives the same numbers in every step, none a new one; some users draw what they draw among all."""
    seen = []

    def look(view, now, draws, books):
        seen.append((draws.uniform("a", event=0), draws.uniform("a"), draws.normal("a", 0, users=[3, 9])))
        assert np.array_equal(seen[-1][2], draws.normal("a", 0)[[3, 9]])
        assert not np.array_equal(draws.uniform("a"), draws.uniform("b"))

    ran(world, look, days=1)
    named = draws.uniforms(draws.stream(1, "rule calls/a"), world.people.who, 0)
    assert np.array_equal(seen[0][0], named)
    assert np.array_equal(seen[0][0], seen[1][0]) and not np.array_equal(seen[0][1], seen[1][1])


# --- runs, comparisons, processes -----------------------------------------------------------------------------------------


def test_a_rule_takes_part_in_every_arm_and_remembers_nothing_between_runs():
    """Each run counts 480 calls from 1; the result is the same with one worker and with two; the given rule is untouched."""
    rule = Gloom(chance=0.02)
    asked = {"replicates": 3, "arms": ["silence", "disclosure"], "rules": [rule], **SMALL}
    one, two = sim.compare("data-breach", workers=1, **asked), sim.compare("data-breach", workers=2, **asked)
    pd.testing.assert_frame_equal(one.replicates, two.replicates, check_exact=True)
    pd.testing.assert_frame_equal(one.ledger, two.ledger, check_exact=True)
    assert set(one.ledger.loc[one.ledger["channel"] == "rule", "arm"]) == {"silence", "disclosure"}
    assert [example.users["gloom.calls"].max() for example in one.examples.values()] == [480, 480]
    assert rule.calls == 0
    [told] = one.provenance["rules"]
    assert (told["name"], told["code"]) == ("gloom", "rules_to_import:Gloom")
    assert told["parameters"] == {"chance": 0.02, "depth": 0.1}
    assert re.fullmatch(r"[0-9a-f]{64}", told["source_hash"])


def test_a_spawned_process_gives_the_same_run():
    """A worker that starts from nothing imports the rule by its name."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        trust, hits = pool.apply(run_with_gloom, (3,))
    ours = run_with_gloom(3)
    assert np.array_equal(trust, ours[0]) and np.array_equal(hits, ours[1])


@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copied", "pickled"]
)
def test_a_mesa_model_runs_its_rules_and_so_does_its_copy(again):
    """Step by step the same as sim.run; copied at hour 100, both go on alike and each remembers its own calls."""
    run = sim.run("data-breach", arm="silence", seed=4, rules=[Gloom()], users=200, horizon="20 d")
    changes = {"network.users": 200, "horizon": "20 d"}
    model = sim.TrustModel("data-breach", arm="silence", rng=4, rules=[Gloom()], changes=changes)
    for _ in range(100):
        model.step()
    assert model.recorded["gloom.calls"] == 100
    for one in (again(model), model):
        while one.running:
            one.step()
        results = one.results()
        pd.testing.assert_frame_equal(results.series, run.series, check_exact=True)
        pd.testing.assert_frame_equal(results.users, run.users, check_exact=True)
        pd.testing.assert_frame_equal(results.ledger, run.ledger, check_exact=True)


def test_a_saved_run_remembers_its_rules(tmp_path):
    """Columns come back; the scenario names rule and values; it runs again as it did, when code is allowed."""
    run = sim.run("data-breach", rules=[Gloom(depth=0.3)], **SMALL)
    run.save(tmp_path / "run")
    back = sim.open_run(tmp_path / "run")
    pd.testing.assert_frame_equal(back.users, run.users, check_exact=True)
    pd.testing.assert_frame_equal(back.series, run.series, check_exact=True)
    assert back.provenance == run.provenance
    [entry] = back.scenario.rules
    assert (entry.name, entry.code, dict(entry.values)) == (
        "gloom",
        "rules_to_import:Gloom",
        {"chance": 0.01, "depth": 0.3},
    )
    path = tmp_path / "run" / "scenario.yaml"
    with pytest.raises(RippleError, match="names code that would be executed"):
        sim.run(path)
    pd.testing.assert_frame_equal(sim.run(path, allow_code=True).series, run.series, check_exact=True)
    assert sim.run(path, rules=[Gloom(depth=0.0)]).scenario.rules[0].values["depth"] == 0.0  # the given one stands in


def test_the_columns_of_a_rule_are_drawn():
    """run_figures has a figure for each column of a rule."""
    from sim.show.figures import run_figures

    run = sim.run("data-breach", rules=[Gloom()], **SMALL)
    assert {"column-gloom.hits", "column-gloom.calls"} <= {drawn.name for drawn in run_figures(run)}


# --- parameters and names -------------------------------------------------------------------------------------------------


def test_parameters_are_changed_by_name():
    """`changes` reach the rule; nothing hits with chance 0; an unknown one names the nearest."""
    run = sim.run("data-breach", rules=[Gloom()], changes={"rules.gloom.chance": 0.0, "fading": 0.5}, **SMALL)
    assert run.users["gloom.hits"].max() == 0
    assert dict(run.scenario.rules[0].values) == {"chance": 0.0, "depth": 0.1}
    assert Gloom().ranges == {"chance": (0.0, 0.1), "depth": (0.1, 0.1)}
    with pytest.raises(RippleError, match=r"rules.gloom.chnace: .*did you mean 'chance'"):
        sim.run("data-breach", rules=[Gloom()], changes={"rules.gloom.chnace": 0.0}, **SMALL)
    with pytest.raises(RippleError, match=r"did you mean rules.gloom"):
        sim.run("data-breach", rules=[Gloom()], changes={"rules.glom.chance": 0.0}, **SMALL)
    with pytest.raises(RippleError, match=r"rules.gloom.dept: .*did you mean 'depth'"):
        Gloom(dept=1.0)


def _with(**fields):
    return type("Odd", (Gloom,), fields)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([_with(after="stores")], "the rule 'odd': after: 'stores' is no step of the tick; did you mean 'stories'"),
        ([_with(columns={"trust": 0.0})], "the rule 'odd': columns.trust: the world has 'trust' already"),
        ([_with(columns={"a b": 0.0})], "the rule 'odd': 'a b' cannot be the name of a column"),
        ([_with(columns={"a": np.nan})], "the rule 'odd': columns.a: nan is not a number"),
        ([_with(columns=["a"])], "the rule 'odd': columns is ['a']; write {name: number}"),
        ([_with(parameters={"after": 1.0})], "the rule 'odd': parameters.after: 'after' cannot be the name"),
        ([_with(parameters={"x": (1.0, 2.0, 3.0)})], "the default 1 does not lie from 2 to 3"),
        ([_with(parameters={"x": "high"})], "the rule 'odd': parameters.x: 'high' is not a number"),
        ([_with(name="a.b")], "rules: 'a.b' cannot be the name of a rule"),
        ([Gloom(), Gloom()], "two rules are called 'gloom'"),
        ([type("Idle", (sim.Rule,), {})], "the rule 'idle' has no `step`"),
        (["rules_to_import:Gloom"], "is not a rule; give objects of a class made from sim.Rule"),
        ("Gloom", "is not a list of rules"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_name(rules, words):
    with pytest.raises(RippleError) as caught:
        sim.run("data-breach", rules=rules, **SMALL)
    assert words in str(caught.value)


def wrong_shape(view, now, draws, books):
    view.mark = np.zeros(7)


def not_a_number(view, now, draws, books):
    view.mark[3] = np.nan


def out_of_bounds(view, now, draws, books):
    books.set_trust(np.arange(4), 1.5)


def fails(view, now, draws, books):
    1 / 0  # noqa: B018


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (wrong_shape, "world.mark: values of shape (7,) do not fit 300 users"),
        (not_a_number, "its column 'mark' is nan for user"),
        (out_of_bounds, "trust: 1.5 is not a number from 0 to 1"),
        (fails, "ZeroDivisionError: division by zero"),
    ],
)
def test_a_mistake_inside_a_step_is_one_error_that_names_the_rule(world, what, words):
    """Rule, hour and, where a line is at fault, the line; the original exception stays behind it."""
    with pytest.raises(RippleError) as caught:
        ran(world, what)
    text = str(caught.value)
    assert re.match(r"the rule 'calls' at hour 1\b", text) and words in text and "\n" not in text
    if what is fails:
        assert isinstance(caught.value.__cause__, ZeroDivisionError)
        assert re.search(r"line \d+ of its file", text)


# --- files ----------------------------------------------------------------------------------------------------------------


def ripple(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *words], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": path}
    )  # fmt: skip


def example() -> str:
    """The rule of docs/rules.md."""
    return re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]


def scenario_with(folder: Path, *rules: str) -> Path:
    lines = "".join(f"- {rule}\n" for rule in rules)
    path = folder / "mine.yaml"
    path.write_text(f"ripple: 1\nextends: data-breach\nhorizon: 20 d\nnetwork: {{users: 200}}\nrules:\n{lines}")
    return path


def test_a_file_that_names_code_is_refused_until_it_is_allowed(tmp_path):
    """`run` and `compare` say what would be executed; `check` and `tell` name it; nothing is imported, the trap is not sprung."""
    (tmp_path / "fear.py").write_text(f"open('sprung', 'w').close()\n{example()}")
    scenario_with(tmp_path, "{code: fear:Fear, hurt: 0.1}")
    for command in (["run", "mine.yaml"], ["compare", "mine.yaml", "--replicates", "2"]):
        done = ripple(tmp_path, *command)
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "fear:Fear (rule 'fear')" in done.stderr and "--allow-code" in done.stderr
    for command in (["check", "mine.yaml"], ["tell", "mine.yaml"]):
        done = ripple(tmp_path, *command)
        assert done.returncode == 0 and "fear:Fear" in done.stdout
    assert not (tmp_path / "sprung").exists()
    done = ripple(tmp_path, "run", "mine.yaml", "--allow-code", "--set", "rules.fear.catching=.04", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert "rule fear" in done.stdout
    assert (tmp_path / "sprung").exists()
    run = sim.open_run(tmp_path / "out")
    assert run.provenance["rules"][0]["parameters"] == {"catching": 0.04, "hurt": 0.1}
    assert (tmp_path / "out" / "figures" / "column-fear.afraid.png").exists()


def test_the_example_of_the_page_is_short_and_does_what_it_says(tmp_path, monkeypatch, capsys):
    """At most 20 lines of class; fear is caught beyond those who met the breach, costs trust, and fades."""
    lines = example().split("class Fear")[1].rstrip().splitlines()
    assert len(lines) <= 20
    (tmp_path / "fear.py").write_text(example())
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    snippets = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.delitem(sys.modules, "fear", raising=False)
    names: dict[str, object] = {}
    exec(compile(snippets[1].replace("replicates=10", "replicates=2"), "rules.md", "exec"), names)
    run, plain = names["run"], sim.run("data-breach", arm="silence")
    assert float(capsys.readouterr().out.splitlines()[0]) > 0.3
    struck = run.users["fear.afraid"] > 0
    assert struck.sum() > run.stories["met"].iloc[0] + 100
    assert run.series["trust"].min() < plain.series["trust"].min() - 0.005
    assert run.series["fear.afraid"].iloc[-1] < run.series["fear.afraid"].max() / 2
    assert set(run.ledger.loc[run.ledger["cause"] == "rule fear", "channel"]) == {"rule"}
    sys.modules.pop("fear", None)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("rules_to_import:Gloom", ""),
        ("{code: rules_to_import:Gloom, name: dark, depth: 0.2}", ""),
        ("rules_to_import:Glom", "there is no 'Glom' in rules_to_import; did you mean 'Gloom'"),
        ("rules_to_import:run_with_gloom", "it is no rule; write class run_with_gloom(sim.Rule)"),
        ("no_such_package.rules:Fear", "No module named 'no_such_package'; looked where Python looks, and in"),
        ("{code: rules_to_import:Gloom, dept: 0.2}", "rules.gloom.dept: the rule has no parameter 'dept'; did you mean 'depth'"),
    ],
)  # fmt: skip
def test_rules_of_files_are_found_or_said_to_be_missing(tmp_path, rule, words):
    path = scenario_with(tmp_path, rule)
    if not words:
        run = sim.run(path, allow_code=True)
        [name] = [entry.name for entry in run.scenario.rules]
        assert f"{name}.hits" in run.users
        return
    with pytest.raises(RippleError) as caught:
        sim.run(path, allow_code=True)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (["Fear"], "line 6  rules[0]: 'Fear' does not say where a rule is; write module:Class"),
        (["12"], "line 6  rules[0]: 12 is not a rule"),
        (["{name: fear}"], "line 6  rules[0]: a mapping is not a rule"),
        (["{code: a:Fear, strength: much}"], "line 6  rules[0]: strength: 'much' is not a number"),
        (["a:Fear", "b:Fear"], "line 7  rules[1]: another rule is called 'fear' already"),
    ],
)
def test_mistakes_in_the_rules_of_a_file_have_their_line(tmp_path, rules, words):
    with pytest.raises(RippleError) as caught:
        sim.load(scenario_with(tmp_path, *rules))
    assert words in str(caught.value)


def test_rules_in_files_are_known_to_editors():
    """The JSON Schema has the key; a resolved scenario with rules loads as an equal one."""
    from sim.scenario.schema import schema

    assert schema()["properties"]["rules"]
    scenario = sim.load("data-breach").changed(
        {"rules": ["a.b:Fear", {"code": "c:Panic", "name": "p", "strength": 0.1}]}
    )
    assert [(rule.name, rule.code) for rule in scenario.rules] == [("fear", "a.b:Fear"), ("p", "c:Panic")]
    assert sim.load(scenario.resolved()) == scenario
    assert scenario.changed({"rules.p.strength": 0.2}).rules[1].values["strength"] == 0.2
    assert scenario.changed({"rules.fear.strength": "30"}).rules[0].values["strength"] == 30.0
    assert [rule.name for rule in scenario.changed({"rules.fear": None}).rules] == ["p"]


# --- whatever a rule does -------------------------------------------------------------------------------------------------


class Wild(sim.Rule):
    """Does anything that books allow, as the draws say."""

    name = "wild"
    parameters = {"share": 0.2}  # noqa: RUF012

    def step(self, world, now, dt, draws, books):
        ways = draws.uniform("way")
        some = draws.uniform("some") < self.share
        size = draws.uniform("size")
        for k, way in enumerate(("set_trust", "set_own", "set_expressed")):
            chosen = some & (ways * 6 // 1 == k)
            getattr(books, way)(chosen, size[chosen])
        for k, nature in enumerate(("competence", "integrity", "deception")):
            chosen = some & (ways * 6 // 1 == 3 + k)
            books.wound(chosen, 5 * size[chosen], nature, size[chosen])
            books.earn(chosen, 3 * size[chosen] ** 4, 1 - size[chosen])
        books.set_follows(some, size[some] < 0.5)


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32), share=st.floats(0.0, 1.0), after=st.sampled_from(["time", "stories", "talk"]))
def test_trust_stays_within_its_bounds_and_the_books_close_whatever_a_rule_does(seed, share, after):
    """0 <= T, X <= 1 at the end and in every row, and both books close within 1e-9."""
    rule = Wild(share=share)
    rule.after = after
    world = world_of(generate("karate"), seed=seed)
    engine = Engine(setup_of(world, breach(), days=3, events_seed=seed, rules=checked([rule]))).run()
    ledger.check(engine)
    for values in (engine.expressed_trust(), s.column(engine.columns, s.OWN, 34), engine.mean_trust_over_time()):
        assert np.all((values >= 0.0) & (values <= 1.0))
    seen = observe.table(engine.rows)
    for name in ("trust", "own", "cognitive", "affective"):
        assert np.all((seen[name] >= 0.0) & (seen[name] <= 1.0))


def test_an_engine_without_rules_is_freed_at_once():
    """Nothing inside an engine points back at it: its arrays go when the last name for it goes, garbage collector off."""
    gc.disable()
    try:
        engine = Engine(setup_of(world_of(generate("karate", users=34, seed=1)), [], days=1))
        gone = weakref.ref(engine)
        del engine
        assert gone() is None
    finally:
        gc.enable()
