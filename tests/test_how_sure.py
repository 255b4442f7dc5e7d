"""How sure the ranking is, cost against effect, and the worst cases: toys with known answers, and small comparisons."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import RippleError
from sim.scenario.measures_named import MEASURES
from sim.study.frontier import frontier
from sim.study.how_sure import HowSure, drawn_points, factors_of
from sim.study.summaries import differences, worst_of
from sim.world import draws

PARAMETERS = 12


def toy(lost: dict[str, np.ndarray], seed: int = 1) -> HowSure:
    """Arms with these trust-days lost, draw by draw, on parameters that are uniform; the first says which arm is better."""
    n = len(next(iter(lost.values())))
    shares = draws.generator(seed, "toy").random((n, PARAMETERS))
    points = pd.DataFrame(shares, columns=[f"parameters.p{k}" for k in range(PARAMETERS)]).rename_axis("draw")
    rows = [
        {"draw": k, "seed": "0", "arm": arm, **dict.fromkeys(MEASURES, 0.0), "trust_days_lost": values[k]}
        for k in range(n)
        for arm, values in lost.items()
    ]
    return HowSure(list(lost), points, pd.DataFrame(rows))


def test_the_chance_of_being_best_and_the_regret_are_those_of_the_draws():
    """Values 1 2, 2 2, 5 3, 1 4: best in 1 + 1/2 + 0 + 1 of 4; regret 0 0 2 0 and 1 0 0 3; shares sum to 1."""
    sure = toy({"a": np.array([1.0, 2.0, 5.0, 1.0]), "b": np.array([2.0, 2.0, 3.0, 4.0])})
    table = sure.chances().query("measure == 'trust_days_lost'").set_index("arm")
    assert table["best"].to_dict() == {"a": 0.625, "b": 0.375}
    assert table["regret"].to_dict() == {"a": 0.5, "b": 1.0} and sure.favoured() == "a"
    assert (table["low"] < table["best"]).all() and (table["best"] < table["high"]).all()
    assert sure.chances().groupby("measure")["best"].sum().to_numpy() == pytest.approx(1.0)


def test_the_parameter_that_decides_is_named_and_no_other():
    """b loses 1 less than a where p0 < .3, else 1 more: a is best in none, most and all of the thirds of p0."""
    p0 = toy({"a": np.zeros(150)}).points["parameters.p0"].to_numpy()
    sure = toy({"a": np.ones(150), "b": np.where(p0 < 0.3, 0.0, 2.0)})
    table = sure.hangs_on()
    first = table.iloc[0]
    assert first["parameter"] == "p0" and list(table["hangs"]) == [True] + [False] * (PARAMETERS - 1)
    assert first["lowest"] < 0.2 and first["highest"] == 1.0 and first["correlation"] > 0.7
    shares = sure.by_thirds("p0")
    assert shares.groupby("third")["best"].sum().to_numpy() == pytest.approx(1.0)
    assert shares.query("arm == 'a' and third == 'highest'")["best"].item() == 1.0
    with pytest.raises(RippleError, match="was not drawn"):
        sure.by_thirds("p99")


def test_noise_names_a_parameter_in_one_case_of_twenty():
    """Whichever arm is best by a coin: any of 12 parameters is named in 5 % of 60 cases; exact binomial tail at z = 4.9."""
    named = 0
    for case in range(60):
        coin = draws.generator(case, "coin").random(60)
        named += bool(toy({"a": np.ones(60), "b": np.where(coin < 0.4, 0.0, 2.0)}, seed=case).hangs_on()["hangs"].any())
    assert named <= 3 + 4.9 * math.sqrt(60 * 0.05 * 0.95)


def test_what_the_file_knows_is_not_drawn():
    """A parameter that the file or an arm sets stays, as do the trust of other sectors and hazards that are off."""
    scenario = sim.load("data-breach")
    usual = {factor.path for factor in factors_of(scenario)}
    assert {"parameters.fading", "parameters.repair", "parameters.trust_social_media"} <= usual
    assert not {"parameters.trust_bank", "parameters.hazard_outage", "parameters.storm_share"} & usual
    known = scenario.changed({"fading": 0.5, "arms.disclosure.parameters.repair": 0.3})
    assert usual - {factor.path for factor in factors_of(known)} == {"parameters.fading", "parameters.repair"}
    points = drawn_points(scenario, 20, 1)
    assert points["parameters.fading"].between(0.4, 0.65).all() and points["parameters.fading"].nunique() == 20


def test_a_draw_is_a_run_with_its_parameters():
    """The values of a draw and its seeds give its trust-days again, bit for bit."""
    asked = {"arms": ["silence", "disclosure"], "users": 200, "horizon": "15 d", "replicates": 2, "seed": 4}
    both = sim.compare("data-breach", how_sure=3, **asked)
    drawn = {path: float(value) for path, value in both.how_sure.points.loc[1].items()}
    again = sim.compare("data-breach", how_sure=False, changes=drawn, **asked)
    one, other = both.how_sure.runs.query("draw == 1"), again.replicates.query("replicate == 1")
    for name in ("arm", "seed", "trust_days_lost", "followers_lost", "floor"):
        assert list(one[name]) == list(other[name])


def test_an_arm_alone_is_the_arm_in_company():
    """Pairing never changes an arm: alone or beside others, first or last, the same rows bit for bit."""
    asked = {"users": 200, "horizon": "20 d", "replicates": 3, "seed": 5, "how_sure": False}
    three = sim.compare("data-breach", arms=["silence", "denial", "disclosure"], **asked).replicates
    alone = sim.compare("data-breach", arms=["disclosure"], **asked).replicates
    pd.testing.assert_frame_equal(three.query("arm == 'disclosure'").reset_index(drop=True), alone, check_exact=True)


def test_the_worst_one_in_twenty_counts_parts():
    """Of 30 values 1.5: (30 + .5 29) / 1.5; of 40 the two largest; where higher is better the smallest."""
    assert worst_of(np.arange(1.0, 31.0), "lower") == pytest.approx((30 + 0.5 * 29) / 1.5)
    assert worst_of(np.arange(1.0, 41.0), "lower") == 39.5 and worst_of(np.arange(1.0, 41.0), "higher") == 1.5


def test_the_frontier_names_who_is_dominated_by_whom():
    """Costs 0 5 5 20, saved 0 10 4 30: the third is dominated by the second, always; prices 5/10 and 15/20."""
    lost = {"none": [50.0, 52.0], "good": [40.0, 42.0], "poor": [46.0, 48.0], "dear": [20.0, 22.0]}
    costs = {"none": 0.0, "good": 5.0, "poor": 5.0, "dear": 20.0}
    by_arm = {arm: pd.DataFrame({**dict.fromkeys(MEASURES, v), "cost": costs[arm]}) for arm, v in lost.items()}
    table = frontier(by_arm, differences(by_arm, list(lost), 0.95), list(lost)).set_index("arm")
    assert list(table.index) == ["none", "good", "poor", "dear"]
    assert table["saved"].to_dict() == {"none": 0.0, "good": 10.0, "poor": 4.0, "dear": 30.0}
    assert table["dominated_by"].to_dict() == {"none": "", "good": "", "poor": "good", "dear": ""}
    assert table["dominated"].to_dict() == {"none": 0.0, "good": 0.0, "poor": 1.0, "dear": 0.0}
    assert (
        table.loc["good", "price"] == 0.5
        and table.loc["dear", "price"] == 0.75
        and math.isnan(table.loc["none", "price"])
    )
