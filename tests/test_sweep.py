"""Sweeps: the same numbers by any way, nothing lost, every row made again."""

from __future__ import annotations

from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_sweeps import ISHIGAMI, PLANE, SMALL, ishigami, plane

import sim
from sim.dynamics.setup import Seeds
from sim.scenario.measures_named import MEASURES
from sim.study.sweep.jobs import Jobs, Shard, Stage


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, sim.Sweep]:
    """The small experiment by two threads."""
    folder = tmp_path_factory.mktemp("sweep") / "small"
    return folder, sim.sweep(SMALL, out=folder, workers=2, executor="threads")


def test_a_row_of_a_sweep_is_that_run_by_itself(small: tuple[Path, sim.Sweep]) -> None:
    """Measures and series bit for bit as sim.compare and sim.run give them for the changed scenario and the same seeds."""
    _, done = small
    assert done.complete and len(done.frame) == 4 * 3 * 2 and done.failures.empty
    assert done.frame.columns.tolist() == [
        "RunId", "point", "iteration", "timeline.breach.reach", "parameters.virality_mean", "arm", *MEASURES
    ]  # fmt: skip
    changes = {"timeline.breach.reach": 0.3, "parameters.virality_mean": 0.2}
    both = sim.compare(
        "data-breach", replicates=3, seed=1, users=200, horizon="20 d", changes=changes, arms=["silence", "disclosure"]
    )
    rows = done.frame[done.frame["point"] == 2].sort_values(["iteration", "arm"])
    theirs = both.replicates.sort_values(["replicate", "arm"])
    assert rows.iloc[0][list(changes)].to_dict() == changes
    np.testing.assert_array_equal(rows[list(MEASURES)].to_numpy(), theirs[list(MEASURES)].to_numpy())

    row = done.runs[
        (done.runs["point"] == 2) & (done.runs["iteration"] == 1) & (done.runs["arm"] == "disclosure")
    ].iloc[0]
    seeds = Seeds(row["seed_network"], row["seed_people"], row["seed_events"])
    run = sim.run("data-breach", arm="disclosure", seed=seeds, users=200, horizon="20 d", changes=changes)
    series = done.series[done.series["RunId"] == row["RunId"]]
    np.testing.assert_array_equal(series["trust"], run.series["trust"].loc[series["Step"]])
    panel = done.panels[(done.panels["RunId"] == row["RunId"]) & (done.panels["Step"] == 480.0)]
    users = run.users.set_index("label").loc[panel["AgentID"]]
    np.testing.assert_array_equal(panel["trust"], users["trust"])
    np.testing.assert_array_equal(panel["follows"], users["follows"])


def test_a_function_with_known_indices_goes_the_same_way() -> None:
    """Ishigami: mean 7/2, variance 49/8 + .1 pi^4/5 + .01 pi^8/18 + 1/2; first indices .314, .442, 0; total .558, .442, .244.

    The tolerance of .05 is that of 256 base points (their bootstrap intervals are narrower than that).
    """
    done = sim.sweep(ISHIGAMI, function=ishigami)
    assert len(done.frame) == 256 * 5
    values = done.frame["value"]
    b, pi = 0.1, np.pi
    variance = 49 / 8 + b * pi**4 / 5 + b**2 * pi**8 / 18 + 1 / 2
    assert values.mean() == pytest.approx(3.5, abs=0.2) and values.var() == pytest.approx(variance, rel=0.1)
    y = values.to_numpy().reshape(256, 5)
    a, mixed, other = y[:, 0], y[:, 1:4], y[:, 4]
    first = ((other[:, None] * (mixed - a[:, None])).mean(axis=0)) / np.var(np.r_[a, other])
    total = 0.5 * ((a[:, None] - mixed) ** 2).mean(axis=0) / np.var(np.r_[a, other])
    np.testing.assert_allclose(first, [0.314, 0.442, 0.0], atol=0.05)
    np.testing.assert_allclose(total, [0.558, 0.442, 0.244], atol=0.05)


def test_replicates_are_blocks_unless_seeds_are_fresh() -> None:
    """common: a replicate has the same seeds at every point; fresh: no two jobs share any."""
    common = sim.sweep(PLANE, function=plane).frame
    assert (common.groupby("iteration")["luck"].nunique() == 1).all() and common["luck"].nunique() == 2
    fresh = sim.sweep({**PLANE, "seeds": "fresh"}, function=plane)
    assert fresh.runs["seed_events"].nunique() == 32


def test_jobs_keep_their_numbers_when_a_sweep_grows() -> None:
    """Stages (3 points, 2 replicates), (3, 4), (5, 4): the first jobs of each are those of the one before; none twice."""
    stages = [Stage(3, 2), Stage(3, 4), Stage(5, 4)]
    all_jobs = [Jobs(stages[: k + 1]) for k in range(3)]
    assert [len(jobs) for jobs in all_jobs] == [6, 12, 20]
    for before, after in pairwise(all_jobs):
        assert [before[k] for k in range(len(before))] == [after[k] for k in range(len(before))]
    pairs = {(job.point, job.iteration) for job in (all_jobs[2][k] for k in range(20))}
    assert pairs == {(p, i) for p in range(5) for i in range(4)}
    shards = [[job.number for job in all_jobs[2].in_order((), Shard(k, 3))] for k in (1, 2, 3)]
    assert sorted(chain(*shards)) == list(range(20)) and max(map(len, shards)) - min(map(len, shards)) <= 1


def test_a_grid_has_its_factors_as_dimensions_with_units(small: tuple[Path, sim.Sweep]) -> None:
    """dataset: factor x factor x arm x iteration (x hour), each cell the row of the frame, units from the tables."""
    _, done = small
    data = done.dataset
    assert data["floor"].dims == ("timeline.breach.reach", "parameters.virality_mean", "arm", "iteration")
    assert data["floor"].attrs["units"] == "points" and data["trust"].attrs["units"] == "0..1"
    assert data["trust"].dims[-1] == "hour" and data["hour"].attrs["units"] == "h"
    row = done.frame.iloc[17]
    cell = {name: row[name] for name in ("timeline.breach.reach", "parameters.virality_mean", "arm", "iteration")}
    assert float(data["floor"].sel(cell)) == row["floor"]
    series = done.series[done.series["RunId"] == row["RunId"]]
    np.testing.assert_array_equal(data["trust"].sel(cell), series["trust"])


def test_a_sweep_opened_is_the_sweep_that_was_run(small: tuple[Path, sim.Sweep]) -> None:
    """frame, series, panels and the experiment are equal; opening imports nothing of ours that the folder names."""
    folder, done = small
    again = sim.open_sweep(folder)
    for name in ("frame", "series", "panels", "points"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(done, name))
    assert again.experiment == done.experiment and again.experiment.question == SMALL["question"]
    facts: dict[str, Any] = again.provenance
    assert (
        facts["scenario_hash"] and facts["experiment_hash"] and facts["network_hash"] and facts["sessions"][0]["ended"]
    )
