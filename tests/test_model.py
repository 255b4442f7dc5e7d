"""The Mesa face: a run through TrustModel is the run, wherever Mesa takes it."""

from __future__ import annotations

import copy
import gc
import pickle
import subprocess
import sys
import warnings
import weakref

import mesa
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from rules_to_import import Gloom

import sim
from sim.dynamics.setup import Seeds
from sim.errors import RippleError
from sim.model import Parts, TrustModel

SHORT = {"network.users": 80, "network.ties": 3, "horizon": "16 d"}
TABLES = ("series", "ledger", "stories", "hops", "users")
NEW_MESA = tuple(int(part) for part in mesa.__version__.split(".")[:2]) >= (3, 4)


def same_run(one: sim.Run, other: sim.Run) -> bool:
    """Every table of two runs, to the last bit, NaN equal to NaN."""
    return all(getattr(one, name).equals(getattr(other, name)) for name in TABLES)


def stepped(steps: int, **more: object) -> TrustModel:
    model = TrustModel("data-breach", **{"rng": 3, "changes": SHORT, **more})
    for _ in range(steps):
        model.step()
    return model


# --- a run ---


@pytest.mark.parametrize(
    ("scenario", "arm", "changes"),
    [
        ("data-breach", None, SHORT),
        ("data-breach", "apology-and-fix", {**SHORT, "tick": "15 min"}),
        ("spam-campaign", None, {**SHORT, "talk_step": "2 h"}),
        ("quiet-year", None, {"network": "karate", "horizon": "61 d", "tick": "2 h"}),
        ("data-breach", "silence", {**SHORT, "network.users": 31_000, "timeline.breach.found": "6 d"}),
    ],
)
def test_a_run_through_the_model_is_the_run_of_sim_run(scenario: str, arm: str | None, changes: dict) -> None:
    """Step by step or at once, all tables have the same bits; and the collected data are the series."""
    model = TrustModel(scenario, arm=arm, rng=3, changes=changes)
    model.run_model()
    run = sim.run(scenario, arm=arm, seed=3, changes=changes)
    assert same_run(model.results(), run)
    collected = model.datacollector.get_model_vars_dataframe()
    assert collected["hours"].tolist() == run.series.index.tolist()
    for name in ("trust", "wound", "advocates", "followers_trust", "followers", "reached", "met", "heard", "shared"):
        assert collected[name].tolist() == run.series[name].tolist(), name
    assert collected["own_trust"].tolist() == run.series["own"].tolist()


def test_one_step_is_one_tick_until_the_horizon() -> None:
    """n = horizon / tick steps; data are collected n + 1 times; then `running` is False and a step does nothing."""
    model = stepped(0)
    assert (model.steps, model.hours, model.running) == (0, 0.0, True)
    assert len(model.datacollector.model_vars["trust"]) == 1
    model.step()
    assert (model.steps, model.hours, model.step_hours) == (1, 1.0, 1.0)
    model.run_model()
    assert (model.steps, model.hours, model.running) == (16 * 24, 384.0, False)
    before, trust = model.results(), model.agents.get("trust")
    for _ in range(3):
        model.step()
    assert (model.steps, model.hours, model.running) == (16 * 24, 384.0, False)
    assert same_run(model.results(), before) and model.agents.get("trust") == trust
    assert len(model.datacollector.model_vars["trust"]) == 16 * 24 + 1


def test_large_networks_step_as_their_talk_does() -> None:
    """31,000 users talk every 4 h, and so does a step."""
    model = TrustModel("data-breach", rng=1, changes={**SHORT, "network.users": 31_000})
    model.step()
    assert model.step_hours == model.hours == 4.0


def test_a_model_that_is_stopped_can_be_stepped_on() -> None:
    """`running = False` ends run_model, as in Mesa; step() goes on, and does not start it again."""

    class Stops(TrustModel):
        def step(self) -> None:
            super().step()
            if self.steps == 5:
                self.running = False

    model = Stops("data-breach", rng=1, changes=SHORT)
    model.run_model()
    assert model.steps == 5 and model.hours == 5.0
    model.step()
    assert model.steps == 6 and model.hours == 6.0 and not model.running


def test_results_can_be_asked_for_at_any_step() -> None:
    """The series so far are the first rows of the whole run."""
    model = stepped(100)
    whole = sim.run("data-breach", seed=3, changes=SHORT).series
    assert model.results().series.equals(whole.iloc[:101])
    assert model.trust == whole["trust"].iloc[100]


def test_seeds_are_taken_as_mesa_takes_them() -> None:
    """A whole number is the seed of sim.run; a generator, a sequence or None gives one that is then known."""
    assert stepped(0, rng=np.int64(7)).seed == 7
    assert stepped(0, rng=Seeds(1, 2, 3)).seeds == Seeds(1, 2, 3)
    generator = np.random.default_rng(1)
    first, second = stepped(0, rng=generator), stepped(0, rng=generator)
    assert first.seed != second.seed
    assert first.seed == stepped(0, rng=np.random.default_rng(1)).seed
    assert stepped(0, rng=np.random.SeedSequence(5)).seed == stepped(0, rng=np.random.SeedSequence(5)).seed
    fresh = stepped(0, rng=None)
    assert fresh.seed != stepped(0, rng=None).seed
    fresh.run_model()
    assert same_run(fresh.results(), sim.run("data-breach", seed=fresh.seed, changes=SHORT))
    for wrong in ("tuesday", -1, 1.5):
        with pytest.raises(RippleError, match="rng"):
            stepped(0, rng=wrong)


def test_what_sim_run_refuses_the_model_refuses() -> None:
    """An unknown arm, path or scenario, with the nearest word; a mapping that batch_run took apart."""
    for arguments, says in (
        ({"arm": "silense"}, "did you mean 'silence'"),
        ({"changes": {"horizn": "3 d"}}, "did you mean horizon"),
        ({"changes": "horizon"}, "in batch_run write a list of them"),
    ):
        with pytest.raises(RippleError, match=says):
            TrustModel("data-breach", rng=1, **arguments)
    with pytest.raises(RippleError, match="did you mean 'data-breach'"):
        TrustModel("data-brech")


def test_data_of_ones_own_are_collected() -> None:
    """Reporters as class attributes, of the model and of agents; the labels of rows are steps and ids."""

    class Mine(TrustModel):
        model_reporters = {**TrustModel.model_reporters, "low": lambda model: len(model.agents.select(_low))}  # noqa: RUF012
        agent_reporters = {"trust": "trust", "label": "label"}  # noqa: RUF012

    model = Mine("data-breach", rng=3, changes={**SHORT, "network.users": 20, "network.ties": 2})
    model.step()
    model.step()
    collected = model.datacollector.get_model_vars_dataframe()
    assert collected["low"].iloc[-1] == sum(user.trust < 0.4 for user in model.agents) > 0
    by_agent = model.datacollector.get_agent_vars_dataframe()
    assert by_agent.loc[2]["trust"].tolist() == model.agents.get("trust")
    assert by_agent.index.get_level_values("AgentID").tolist() == 3 * list(range(1, 21))


def _low(user) -> bool:
    return user.trust < 0.4


# --- where Mesa takes it ---


def batch(parameters: dict, seeds: list, **more: object) -> pd.DataFrame:
    """batch_run over seeds, as each version of Mesa wants them."""
    if NEW_MESA:
        rows = mesa.batch_run(TrustModel, parameters, rng=seeds, display_progress=False, **more)
    else:
        rows = mesa.batch_run(TrustModel, {**parameters, "rng": seeds}, display_progress=False, **more)
    return pd.DataFrame(rows)


@pytest.mark.parametrize("processes", [1, 2])
def test_batch_run_gives_the_runs_it_names(processes: int) -> None:
    """Every row of every run has the mean trust of that arm, seed and step in sim.run, bit for bit."""
    arms, seeds = ["silence", "disclosure"], [1, 2]
    changes = {**SHORT, "timeline.breach.found": "6 d"}
    frame = batch(
        {"scenario": "data-breach", "arm": arms, "changes": [changes]},
        seeds,
        data_collection_period=1,
        number_processes=processes,
    )
    last = 16 * 24 - (0 if NEW_MESA else 1)  # Mesa 3.3 leaves out the last step
    assert len(frame) == 4 * (last + 1)
    for (arm, seed), rows in frame.groupby(["arm", "rng"]):
        series = sim.run("data-breach", arm=arm, seed=seed, changes=changes).series
        assert rows["Step"].tolist() == list(range(last + 1))
        assert rows["trust"].tolist() == series["trust"].tolist()[: last + 1]
        assert rows["hours"].tolist() == rows["Step"].tolist()
        assert set(rows["seed"]) == {seed}
    assert frame[frame["Step"] == last]["trust"].nunique() == 4


def test_batch_run_without_seeds_gives_different_runs_and_says_which() -> None:
    """Repeats without a seed differ, and `seed` in each row gives the run again."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of `iterations`, in later versions
        rows = mesa.batch_run(
            TrustModel,
            {"scenario": "data-breach", "changes": [SHORT]},
            iterations=3,
            max_steps=50,
            display_progress=False,
        )
    assert len({row["seed"] for row in rows}) == len({row["trust"] for row in rows}) == 3
    for row in rows:
        series = sim.run("data-breach", seed=row["seed"], changes=SHORT).series
        assert row["trust"] == series["trust"].iloc[int(row["Step"])]
        assert row["Step"] == 50


def _copied(model: TrustModel) -> TrustModel:
    return copy.deepcopy(model)


def _pickled(model: TrustModel) -> TrustModel:
    return pickle.loads(pickle.dumps(model))


@pytest.mark.parametrize("again", [_copied, _pickled])
@pytest.mark.parametrize("arm", ["silence", "apology-and-fix"])
def test_a_copy_goes_on_as_the_model_does_and_by_itself(again, arm: str) -> None:
    """Copied in the middle of things, the copy ends as sim.run does; what happens to it does not reach the model."""
    changes = {**SHORT, "timeline.breach.found": "6 d"}
    whole = sim.run("data-breach", arm=arm, seed=3, changes=changes)
    model = stepped(170, arm=arm, changes=changes)
    model.agents[5].mood = "calm"
    order = list(range(50))
    twin = again(model)
    spoilt = again(model)
    spoilt.agents.set("trust", 0.0)
    spoilt.run_model()
    twin.run_model()
    assert same_run(twin.results(), whole)
    assert (model.steps, model.hours) == (170, 170.0)
    model.run_model()
    assert same_run(model.results(), whole)
    assert not same_run(spoilt.results(), whole)
    for one in (model, twin):
        assert one.agents[5].mood == "calm" and one.agents[5].model is one
        assert len(one.datacollector.model_vars["trust"]) == 16 * 24 + 1
        one.random.shuffle(order)
    model.agents[6].mood = "upset"
    assert not hasattr(twin.agents[6], "mood")


@pytest.mark.parametrize("again", [_copied, _pickled])
def test_sets_of_users_can_be_copied_with_their_model(again) -> None:
    """A set that a model holds belongs to the copy afterwards, with the same users in the same order."""
    model = stepped(3)
    model.chosen = model.agents.shuffle().select(at_most=5)
    twin = again(model)
    assert twin.chosen.get("label") == model.chosen.get("label")
    assert twin.chosen.model is twin and twin.chosen.random is twin.random


def test_two_hundred_models_of_five_thousand_users_leave_nothing_behind() -> None:
    """No model and no engine lives on, also with agents of Mesa's own in it; the process grows by less than 60 MB.

    One model holds about 2 MB, so that 190 of them that stayed would be some 400 MB.
    """
    resource = pytest.importorskip("resource")
    unit = 1 if sys.platform == "darwin" else 1024  # bytes, or kibibytes

    class Journalist(mesa.Agent):
        pass

    left: list[weakref.ref] = []

    def use(number: int) -> None:
        model = TrustModel("data-breach", rng=number % 3, changes={"network.users": 5000, "network.seed": 1})
        model.step()
        model.agents.set("trust", 0.5)
        model.agents[number].mood = model
        Journalist(model)
        left.extend((weakref.ref(model), weakref.ref(model.engine)))

    peaks = []
    for number in range(200):
        use(number)
        if number % 5 == 0:  # what the collector has yet to find is no leak, and how much that is, is chance
            gc.collect()
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
    gc.collect()
    assert len(left) == 400 and all(one() is None for one in left)
    assert peaks[-1] - peaks[10] < 60e6


def test_the_engine_needs_no_mesa() -> None:
    """`import sim` and `sim.run` leave Mesa and its setting of how processes start alone."""
    code = (
        "import sys, multiprocessing as m; before = m.get_start_method(allow_none=True); import sim; "
        "sim.run('data-breach', users=50, changes={'network.ties': 3}); assert 'mesa' not in sys.modules; "
        "assert m.get_start_method(allow_none=True) == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# --- rules of one's own ---


@pytest.mark.parametrize("again", [_copied, _pickled, lambda model: model])
def test_rules_run_in_the_model_as_in_sim_run(again) -> None:
    """With a rule the run is that of sim.run with it, also when copied in mid-run; and it is another run than without."""
    changes = {**SHORT, "timeline.breach.found": "6 d"}
    run = sim.run("data-breach", seed=3, changes=changes, rules=[Gloom()])
    model = again(stepped(160, changes=changes, rules=[Gloom()]))
    model.run_model()
    assert same_run(model.results(), run)
    assert not same_run(run, sim.run("data-breach", seed=3, changes=changes))


def test_columns_of_rules_are_read_as_those_of_users() -> None:
    """By the name that they have in tables, for one user, for all, and as a reporter; they cannot be set from outside."""
    name = "gloom.hits"
    model = stepped(16 * 24, changes={**SHORT, "timeline.breach.found": "6 d"}, rules=[Gloom()])
    there = model.results().users[name].tolist()
    assert model.agents.get(name) == model.agents.array(name).tolist() == there
    assert [getattr(user, name) for user in model.agents] == there
    assert model.agents.agg(name, np.sum) == pytest.approx(sum(there))
    assert sum(model.agents.groupby(name).count().values()) == 80
    with pytest.raises(AttributeError, match="what can be set"):
        model.agents.set(name, 1.0)
    with pytest.raises(AttributeError, match="no attribute"):
        getattr(model.agents[0], "gloom.none")


def test_batch_run_takes_rules_and_their_values() -> None:
    """Rules are a parameter, and their numbers a change."""
    parameters = {
        "scenario": "data-breach",
        "rules": [[Gloom()]],
        "changes": [{**SHORT, "rules.gloom.chance": 0.0}, SHORT],
    }
    frame = batch(parameters, [3])
    assert frame["trust"].nunique() == 2


# --- from parts ---

ACTS = [
    {"act": "data_breach", "id": "breach", "at": "1 d", "reach": "40 %", "found": "3 d"},
    {"act": "apology", "of": "breach", "at": "4 d"},
]


def test_from_parts_is_the_file_that_says_the_same() -> None:
    """A graph, acts and numbers give the run of a scenario file with them on that network, bit for bit."""
    graph = nx.barabasi_albert_graph(70, 3, seed=1)
    document = {
        "ripple": 1,
        "horizon": "10 d",
        "timeline": ACTS,
        "brand": {"sector": "bank", "followers": "30 %"},
        "parameters": {"fading": 0.6},
    }
    run = sim.run(document, network=graph, seed=2)
    model = TrustModel.from_parts(
        graph,
        acts=ACTS,
        brand={"sector": "bank", "followers": 0.3},
        parameters={"fading": np.float64(0.6)},
        horizon=240,
        rng=2,
    )
    model.run_model()
    assert same_run(model.results(), run)
    assert model.results().series["trust"].min() < 0.95 * model.results().series["trust"].iloc[0]


def test_what_is_given_of_people_is_what_they_have() -> None:
    """In the order of the nodes, by a label, or as {node: value}: the same users get the same numbers.

    Own trust starts there, to float32; expressed trust lies between what is given of a user and of its neighbours.
    """
    graph = nx.Graph([("zoe", "ann"), ("ann", "bo"), ("bo", "cy"), ("cy", "zoe")])
    trust = {"zoe": 0.9, "ann": 0.1, "bo": 0.5, "cy": 0.3}
    follows = {"zoe": True, "ann": False, "bo": True, "cy": False}
    nodes = list(graph.nodes)
    in_order = {"trust": [trust[node] for node in nodes], "follows": np.array([follows[node] for node in nodes])}
    labelled = {"label": sorted(trust), "trust": [trust[name] for name in sorted(trust)], "follows": follows}
    frame = pd.DataFrame({"trust": trust, "follows": follows})
    for people in (in_order, labelled, {"trust": trust, "follows": follows}, frame, frame.rename_axis("user")):
        model = TrustModel.from_parts(graph, people, rng=1)
        own = dict(zip(model.agents.get("label"), model.agents.get("own_trust"), strict=True))
        assert own == pytest.approx(trust, abs=1e-6)
        assert dict(zip(model.agents.get("label"), model.agents.get("follows"), strict=True)) == follows
        assert 0.1 < model.agent("ann").trust < 0.9
        for _ in range(100):
            model.step()
        assert model.agent("zoe").own_trust == pytest.approx(0.9, abs=1e-6)  # it rests there


def test_what_is_not_given_of_people_is_drawn_as_ever() -> None:
    """None, NaN and users who are not in the table keep the numbers that a scenario draws, bit for bit."""
    graph = nx.path_graph(30)
    drawn = TrustModel.from_parts(graph, rng=4)
    some = TrustModel.from_parts(graph, {"label": [3, 4], "trust": [0.2, np.nan], "follows": [None, True]}, rng=4)
    for name in ("own_trust", "cognitive", "follows"):
        before, after = drawn.agents.get(name), some.agents.get(name)
        changed = {row for row in range(30) if before[row] != after[row]}
        assert changed <= {3, 4}
    assert some.agents[3].own_trust == pytest.approx(0.2, abs=1e-6)
    assert some.agents[4].own_trust == drawn.agents[4].own_trust and some.agents[4].follows


def test_sides_and_their_weight_can_be_given() -> None:
    """Own trust is w C + (1 - w) E of what is given, to float32."""
    people = {"cognitive": [0.8, 0.2], "affective": [0.4, 0.6], "weight": [0.5, 0.25]}
    model = TrustModel.from_parts([(0, 1)], people, rng=1)
    assert model.agents.get("own_trust") == pytest.approx([0.6, 0.25 * 0.2 + 0.75 * 0.6], abs=1e-6)


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ({"trust": [0.5]}, r"`trust` has 1 for 4 users of the graph"),
        ({"trust": 0.5}, r"`trust` has one number for 4 users"),
        ({"trust": [0.5, 44, 0.5, 0.5]}, r"`trust` of '1' is 44, but goes from 0 to 1; 44 points are 0.44"),
        ({"trust": [0.5, "high", 0.5, 0.5]}, r"`trust` of '1' is 'high', not a number"),
        ({"follows": [0.5, 1, 1, 0]}, r"`follows` of '0' is 0.5; write True or False"),
        ({"trst": [1, 1, 1, 1]}, r"'trst' is no column of users; did you mean 'trust'"),
        ({"trust": {9: 0.5}}, r"people: no user is called '9'"),
        ({"label": [1, 1], "trust": [0.5, 0.6]}, r"'1' stands there twice"),
        ({"trust": [0.1] * 4, "cognitive": [0.2] * 4}, r"`trust` sets both sides"),
        ([0.1, 0.2, 0.3, 0.4], r"list is no table; give a dict of columns or a pandas frame"),
    ],
)
def test_mistakes_in_people_are_named(people: object, says: str) -> None:
    """One clear error that says where, what was read and what fits."""
    with pytest.raises(RippleError, match=says):
        TrustModel.from_parts(nx.path_graph(4), people)


def test_mistakes_in_acts_are_those_of_a_file() -> None:
    """The reader of scenario files finds them, all at once, with their place."""
    with pytest.raises(RippleError) as found:
        TrustModel.from_parts(nx.path_graph(4), acts=[{"act": "data_breech", "at": "5 d"}, {"act": "outage"}])
    assert "timeline[0].act" in str(found.value) and "did you mean 'data_breach'" in str(found.value)
    assert "timeline[1]" in str(found.value) and "when?" in str(found.value)
    with pytest.raises(RippleError, match="acts is a list"):
        TrustModel.from_parts(nx.path_graph(4), acts={"act": "outage", "at": "5 d"})
    with pytest.raises(RippleError, match="network: dict is no network"):
        TrustModel.from_parts({})


def test_parts_stand_where_a_scenario_does() -> None:
    """In the model and in batch_run, with arms and changes."""
    parts = Parts.of(nx.path_graph(20), acts=ACTS[:1], arms={"nothing": [], "sorry": ACTS[1:]}, horizon="8 d")
    frame = batch({"scenario": parts, "arm": ["nothing", "sorry"], "changes": [{"fading": 0.3}]}, [1, 2])
    assert frame["trust"].nunique() > 1
    model = TrustModel(parts, arm="sorry", rng=2, changes={"fading": 0.3})
    model.run_model()
    assert model.results().arm == "sorry"
    if NEW_MESA:
        assert model.trust == frame[(frame["arm"] == "sorry") & (frame["rng"] == 2)]["trust"].item()


def test_a_run_from_parts_can_be_saved_and_says_that_its_network_was_in_memory(tmp_path) -> None:
    """The saved run opens equal; its provenance does not promise that the scenario alone gives it again."""
    model = TrustModel.from_parts(nx.path_graph(20), acts=ACTS, horizon="5 d", rng=1)
    model.run_model()
    run = model.results()
    opened = sim.open_run(run.save(tmp_path / "run"))
    assert same_run(opened, run)
    assert run.provenance["network_in_memory"] is True
