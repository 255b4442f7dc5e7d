"""Plans: what may be chosen and its price, a search that never exceeds the budget, a judgement on fresh runs."""

from __future__ import annotations

import pandas as pd
import pytest

import sim
from sim.cli import call
from sim.errors import RippleError
from sim.show.planned import curve_table, judged_table, plan_sentences
from sim.study.plan import planning
from sim.study.plan.options import Choice, options_of
from sim.study.plan.search import Trials

SMALL = {"users": 120, "horizon": "20 d", "seed": 3, "workers": 1, "changes": {"timeline.breach.found": "6 d"}}
SIZES = {"trials": 16, "runs": 2, "replicates": 3, "draws_of_parameters": 3}


@pytest.fixture(scope="module")
def found() -> sim.Plan:
    return sim.plan("data-breach", budget=10, prices={"agent": 0.1, "employee": 1}, **SIZES, **SMALL)


def test_what_has_no_price_is_left_out_and_said():
    """Of data-breach: denial has no cost in the file, compensation is in no arm; a refutation answers false claims only."""
    options = options_of(sim.load("data-breach"), {"compensation": "1 k"})
    assert set(options.parts) == {"disclosure", "apology", "corrective_action", "compensation"}
    assert options.parts["corrective_action"].price == 40 and options.parts["compensation"].price == 1000
    assert set(options.left_out) == {"denial", "more agents", "expert as speaker", "employee as speaker"}
    assert "--price denial=" in options.left_out["denial"]


def test_a_desk_has_the_price_of_an_arm_that_only_adds_agents():
    """Price of an agent a day = cost_per_day / (agents of the arm - agents of the file)."""
    both = sim.load("data-breach").changed({"arms.desk": {"brand": {"desk": {"agents": 5}}, "cost_per_day": 2}})
    assert options_of(both, {}).agent == 0.5


def test_the_arm_of_a_plan_costs_what_the_plan_says():
    """cost(choice) = sum of prices + agents x price x days, and is the measure `cost` of the arm when it is run."""
    scenario = sim.load("data-breach").changed({"horizon": "20 d"})
    options = options_of(scenario, {"agent": 0.1, "employee": 1})
    choice = Choice((("apology", 3.0, "employee"), ("corrective_action", 24.0, "brand")), 5)
    assert options.cost(choice) == pytest.approx(2 + 1 + 40 + 5 * 0.1 * 20)
    scenario = scenario.changed({"arms.plan": options.arm(choice)})
    acts = {act.kind: act for act in scenario.arm("plan").acts}
    crisis = options.crisis.at
    assert (acts["apology"].at - crisis, acts["apology"].speaker) == (3.0, "employee")
    assert scenario.arm("plan").brand.policy.desk.agents == 6
    both = sim.compare(
        scenario, arms=["silence", "plan"], replicates=2, how_sure=False, users=60, horizon="20 d", workers=1
    )
    assert both.measures.loc["plan", "cost"] == pytest.approx(options.cost(choice))


def test_a_search_value_is_that_of_a_comparison_on_the_same_seeds():
    """Trials.run gives the mean of the measure that run_replicate gives for the arm, to the last bit."""
    from sim.study.replicate import run_replicate
    from sim.study.request import request

    asked = request("data-breach", users=120, horizon="20 d")
    options = options_of(asked.scenario, {})
    trials = Trials(asked, options, "trust_days_lost", 2, 1, workers=1)
    arm = {"title": "x", "acts": [{"act": "disclosure", "of": "breach", "after": "1 h", "cost": 2}]}
    tried = trials.run(Choice((("disclosure", 1.0, "brand"),)))
    twin = request(asked.scenario.changed({"arms.twin": arm}))
    values = [
        run_replicate(twin, ["twin"], seeds, twin.world(seeds)).measures["twin"]["trust_days_lost"]
        for seeds in trials._seeds
    ]
    assert tried.value == pytest.approx(sum(values) / 2, abs=1e-12)


def test_a_plan_keeps_to_its_budget_and_is_judged_on_fresh_seeds(found):
    """cost <= 1.5 budgets of all that is tried; the winner's <= the budget; no seed of the judgement is one of the search."""
    assert found.tried["cost"].max() <= 1.5 * found.budget + 1e-9
    judged = found.judged.set_index("arm")
    assert judged.loc[found.winner, "within"] and judged.loc[found.winner, "cost"] <= found.budget
    assert not judged.loc["apology-and-fix", "within"]
    inside = judged[judged["within"]]
    assert judged.loc[found.winner, "varied"] == inside["varied"].min()
    assert found.comparison.reference == found.nothing == "silence"
    assert judged.loc[found.winner, "fresh"] == found.comparison.measures.loc[found.winner, "trust_days_lost"]
    assert found.comparison.seed != found.seed


def test_the_search_finds_that_telling_at_once_pays(found):
    """On data-breach what is told within the hour is taken as less of a loss; so the plan begins then, and gains."""
    assert min(delay for _, delay, _ in found.plans[found.found].acts) == 1.0
    assert found.judged.set_index("arm").loc[found.found, "gain"] > 0


def test_the_curve_is_monotone_and_says_what_a_unit_buys(found):
    """More money leaves more to choose from: `varied` of the best never rises; unit = more / growth of the budget."""
    varied = found.judged.set_index("arm")["varied"]
    best = [varied[arm] for arm in found.curve["arm"]]
    assert best == sorted(best, reverse=True)
    grown = found.curve["budget"].diff().fillna(found.curve["budget"].iloc[0])
    assert (found.curve["more"] / grown).tolist() == pytest.approx(found.curve["unit"].tolist())
    assert found.curve["more"].sum() == pytest.approx(found.curve["gain"].iloc[-1])


def test_the_file_of_a_plan_loads_and_has_the_arm(found, tmp_path):
    """As `ripple compare` reads it: the file's arms and `plan`, which costs what was told; comments stand in it."""
    path = found.save(tmp_path / "mine.yaml")
    scenario = sim.load(path)
    assert list(scenario.arms)[-1] == "plan" and set(sim.load("data-breach").arms) < set(scenario.arms)
    assert scenario.network.users == 2000
    assert "# Found by ripple plan" in path.read_text(encoding="utf-8")
    cost = sum(act.cost for act in scenario.arm("plan").acts) + scenario.arm("plan").cost_per_day * 20
    assert cost == pytest.approx(found.options.cost(found.plans[found.found]))


def test_what_is_shown_names_both_numbers(found):
    """The winner with what the search saw and what fresh runs say; a row for each arm and each budget."""
    assert judged_table(found).row_count == len(found.judged) and curve_table(found).row_count == 3
    words = " ".join(plan_sentences(found))
    assert found.winner in words and "fresh runs" in words


def test_an_interrupted_search_ends_as_if_it_had_not_been(found, tmp_path, monkeypatch):
    """Ctrl-C after 7 plans: the best so far with a file that loads; then the same plans, to the last bit."""
    ran = []
    run = Trials.run

    def stopping(self, choice):
        ran.append(choice)
        if len(ran) == 8:
            raise KeyboardInterrupt
        return run(self, choice)

    asked = {"budget": 10, "prices": {"agent": 0.1, "employee": 1}, **SIZES, **SMALL, "keep_in": tmp_path}
    monkeypatch.setattr(Trials, "run", stopping)
    with pytest.raises(planning.PlanStopped) as stop:
        sim.plan("data-breach", **asked)
    assert "plan" in sim.load({**_yaml(stop.value.text)}).arms and "NOT judged" in stop.value.text
    monkeypatch.setattr(Trials, "run", run)
    with pytest.raises(RippleError, match="another request"):
        sim.plan("data-breach", **{**asked, "budget": 11})
    again = sim.plan("data-breach", **asked)
    pd.testing.assert_frame_equal(again.tried, found.tried, check_exact=True)
    pd.testing.assert_frame_equal(again.judged, found.judged, check_exact=True)


def _yaml(text: str) -> dict:
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"budget": 0}, "above 0"),
        ({"budget": "much"}, "budget:"),
        ({"prices": {"apologie": 2}}, "did you mean 'apology'"),
        ({"prices": {"apology": "dear"}}, "price of apology"),
        ({"of": "breech"}, "did you mean 'breach'"),
        ({"measure": "cost"}, "not one of trust_days_lost"),
        ({"trials": 2}, "too few"),
    ],
)
def test_what_cannot_be_planned_is_one_clear_error(words, text):
    """Named, with the nearest right word."""
    with pytest.raises(RippleError, match=text):
        sim.plan("data-breach", **{"budget": 10, **SMALL, **words})


def test_the_command_refuses_before_anything_runs(tmp_path, capsys):
    """A file that is there, one that is no scenario file, --resume with nothing to go on with."""
    (tmp_path / "mine.yaml").write_text("", encoding="utf-8")
    assert call(["plan", "data-breach", "--budget", "5", "--out", str(tmp_path / "mine.yaml")]) == 1
    assert call(["plan", "data-breach", "--budget", "5", "--out", str(tmp_path / "mine.txt")]) == 1
    assert call(["plan", "data-breach", "--budget", "5", "--out", str(tmp_path / "new.yaml"), "--resume"]) == 1
    said = capsys.readouterr().err
    assert "--force" in said and "ends in .yaml" in said and "nothing to go on with" in said
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]
