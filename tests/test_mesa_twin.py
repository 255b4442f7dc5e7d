"""The Mesa twin as a program of its own: from a scenario, as a Mesa model, from the command line."""

from __future__ import annotations

import gc
import re
import weakref

import mesa
import mesa_twin
import numpy as np
import pytest
from mesa_twin import TwinModel
from small_worlds import act, setup_of, world_of

from sim.dynamics import observe
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds, prepare
from sim.scenario.scenario import library, load
from sim.world.graph import generate


def small(name):
    """A scenario of the library with 80 users, some of them employees of the brand, in steps of four hours."""
    return load(name).changed({"network.users": 80, "tick": "4 h", "employee_share": "10 %"})


@pytest.mark.parametrize("name", sorted(library()))
def test_a_scenario_of_the_library_runs_as_in_the_engine(name):
    """Mean trust at every step of the second arm, within round-off of float32."""
    scenario = small(name)
    arm = list(scenario.arms)[1]
    twin = TwinModel.from_scenario(scenario, arm, seed=3).run()
    engine = Engine(prepare(scenario, arm, Seeds.of(3))).run()
    trust = observe.table(engine.rows)["trust"]
    assert np.ptp(trust) > 1e-4
    np.testing.assert_allclose(twin.datacollector.model_vars["trust"], trust, atol=2e-6, rtol=0)


def test_it_is_a_mesa_model():
    """Collected at the start and after each step, a column for each that the engine records; agents are the users."""
    setup = setup_of(world_of(generate("karate")), [act("outage", 5.0, reach=1.0)], days=1)
    twin = TwinModel(setup)
    assert isinstance(twin, mesa.Model) and len(twin.agents) == 34
    while twin.running:
        twin.step()
    frame = twin.datacollector.get_model_vars_dataframe()
    assert sorted(frame) == sorted(observe.columns())
    assert len(frame) == twin.steps + 1 == setup.n_steps + 1
    assert twin.now == setup.horizon
    assert twin.agents.agg("trust", np.mean) == pytest.approx(frame["trust"].iloc[-1], abs=1e-12)


def test_a_model_that_is_done_leaves_no_trace():
    """Mesa 3.3 keeps every model that made agents in a table of its Agent class."""
    twin = weakref.ref(TwinModel(setup_of(world_of(generate("karate")), [], days=1)))
    gc.collect()
    assert twin() is None


def test_the_command_shows_both_curves(capsys):
    mesa_twin.main(["data-breach", "--arm", "disclosure", "--users", "60", "--horizon", "20 d", "--seed", "2"])
    said = capsys.readouterr().out
    assert said.startswith("data-breach, arm disclosure, seed 2: 60 users, 20 days\n")
    for words in ("trust at the start, points", "lowest", "at the end"):
        ours, theirs = re.search(rf"^{words} +([\d.]+) +([\d.]+)$", said, re.MULTILINE).groups()
        assert float(ours) == pytest.approx(float(theirs), abs=2e-4), words
    assert "times as long" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["data-breech"], "did you mean 'data-breach'?"),
        (["data-breach", "--arm", "silenc"], "no arm 'silenc'; did you mean 'silence'?"),
        (["data-breach", "--users", "few"], "--users"),
    ],
)
def test_a_wrong_word_is_one_clear_error(words, said, capsys):
    with pytest.raises(SystemExit) as end:
        mesa_twin.main(words)
    assert said in f"{end.value.code}\n{capsys.readouterr().err}"
