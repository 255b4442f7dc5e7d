"""The same numbers from threads, fresh processes, a Dask cluster and anybody's executor; workers that die are survived."""

from __future__ import annotations

import os
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pandas as pd
import pytest
from rules_to_import import Gloom
from small_sweeps import PLANE, SMALL, fails_high_up, kills_its_worker, plane

import sim
from sim.errors import RippleError
from sim.study.sweep import pools
from sim.study.sweep.jobs import Jobs, Stage
from sim.study.sweep.runner import Work, run_jobs
from sim.study.sweep.sweeping import prepared


@pytest.fixture(scope="module")
def by_threads() -> sim.Sweep:
    return sim.sweep(SMALL, workers=1, executor="threads")


def assert_same(one: sim.Sweep, other: sim.Sweep) -> None:
    """Rows, series and panels bit for bit."""
    assert one.complete and other.complete
    for name in ("frame", "series", "panels"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


class Backwards(Executor):
    """Somebody else's executor: runs what it is given at once, the last first when several wait."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        work, jobs, points = args
        future.set_result(list(reversed(fn(work, list(reversed(jobs)), list(reversed(points))))))
        return future


def test_rows_do_not_depend_on_workers_order_or_executor(by_threads: sim.Sweep) -> None:
    """1 thread = 3 threads = an executor that runs backwards = a pool of the caller's, which stays open."""
    assert_same(sim.sweep(SMALL, workers=3, executor="threads"), by_threads)
    assert_same(sim.sweep(SMALL, executor=Backwards()), by_threads)
    with ThreadPoolExecutor(2) as pool:
        assert_same(sim.sweep(SMALL, executor=pool), by_threads)
        assert pool.submit(int, 1).result() == 1


def test_fresh_processes_give_the_same_rows(by_threads: sim.Sweep) -> None:
    """Spawned, with rules of one's own that lie in a module; the rule is in the rows of both."""
    rules = [Gloom()]
    threads = sim.sweep({**SMALL, "replicates": 1}, rules=rules, workers=2, executor="threads")
    assert_same(sim.sweep({**SMALL, "replicates": 1}, rules=rules, workers=2, executor="processes"), threads)
    assert not threads.frame["floor"].equals(by_threads.frame["floor"].iloc[:8].reset_index(drop=True))


def test_a_dask_cluster_of_processes_gives_the_same_rows(by_threads: sim.Sweep) -> None:
    """Two worker processes on this machine, by a client and by its address; the client stays open."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        done = sim.sweep(SMALL, cluster=client)
        assert_same(done, by_threads)
        assert done.provenance["sessions"][0]["executor"] == [f"Dask at {cluster.scheduler_address}"]
        assert_same(sim.sweep(SMALL, executor=client.get_executor()), by_threads)
        by_address = sim.sweep({**SMALL, "replicates": 1}, cluster=cluster.scheduler_address)
        assert by_address.frame["floor"].tolist() == by_threads.frame["floor"].tolist()[:8]
        failed = sim.sweep(PLANE, function=fails_high_up, cluster=client)
        assert len(failed.failures) == 16 and client.status == "running"


def test_nobody_at_the_address_of_a_cluster_is_one_line() -> None:
    with pytest.raises(RippleError, match=r"no Dask cluster answers at tcp://127\.0\.0\.1:9"):
        pools.cluster_client("tcp://127.0.0.1:9", wait="1s").__enter__()


def test_a_worker_that_dies_is_tried_once_more_then_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """One point ends its process (exit 137, as the system does for memory): its two runs are failures, 30 others are rows."""
    monkeypatch.setenv("RIPPLE_TEST_PARENT", str(os.getpid()))
    done = sim.sweep(PLANE, function=kills_its_worker, workers=2, executor="processes")
    assert len(done.frame) == 30 and len(done.failures) == 2 and (done.failures["x"] < 0.06).all()
    assert done.failures["error"].str.contains("ended abruptly, twice").all()
    assert done.provenance["sessions"][0]["workers_lost"] >= 3


_tried: list[float] = []


def short_of_memory(point: dict[str, Any], seeds: object) -> float:
    """Finds no memory the first time at each high point, and never at the highest."""
    _tried.append(point["x"])
    if point["x"] > 0.9 or (point["x"] > 0.5 and _tried.count(point["x"]) == 1):
        raise MemoryError("no room")
    return float(point["x"])


def test_a_run_without_memory_is_recorded_and_tried_once_more() -> None:
    """8 of 16 points fail at first; 7 get through alone; the one above .9 stays a failure after two tries."""
    _tried.clear()
    done = sim.sweep({**PLANE, "replicates": 1}, function=short_of_memory, workers=2, executor="threads")
    highest = max(_tried)
    assert len(done.frame) == 16 - len(done.failures) and (done.failures["x"] > 0.9).all() and len(done.failures) >= 1
    assert _tried.count(highest) == 2 and done.provenance["sessions"][0]["failed"] > len(done.failures)


def test_users_are_made_once_for_all_points_that_agree_on_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """4 points x 3 replicates over the acts and the spread of word: 3 networks, 3 times people; 2 x 3 quiet twins."""
    from sim.study.sweep import runner, worlds

    made = {"network": 0, "people": 0, "engine": 0}

    def counted(name: str, function: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            made[name] += 1
            return function(*args, **kwargs)

        return call

    worlds.people_read()
    monkeypatch.setattr(worlds, "generate", counted("network", worlds.generate))
    monkeypatch.setattr(worlds, "draw_people", counted("people", worlds.draw_people))
    monkeypatch.setattr(runner, "Engine", counted("engine", runner.Engine))
    work, points = prepared(SMALL)
    jobs = list(Jobs([Stage(4, 3)]).in_order())
    run_jobs(work, jobs, [points.iloc[job.point].to_dict() for job in jobs])
    # virality is a number of the twin's too, reach is not: arms x points x replicates, and a twin for each of 2 x 3
    assert made == {"network": 3, "people": 3, "engine": 2 * 4 * 3 + 2 * 3}


def test_worlds_of_a_sweep_are_those_of_a_run() -> None:
    """The users a worker makes are column by column what `build_world` draws, whatever was made before."""
    import numpy as np

    from sim.dynamics.setup import Seeds, build_world
    from sim.study.sweep.worlds import Worlds

    worlds, base = Worlds(), sim.load("data-breach").changed({"network.users": 100})
    for changes in ({}, {"brand.trust": 0.3}, {"parameters.talk_rate": 0.02}, {"network.ties": 3}, {}):
        scenario, seeds = base.changed(changes), Seeds(1, 2, 3)
        ours, theirs = worlds.world(scenario, seeds), build_world(scenario, seeds)
        for name in ("who", "base_cognitive", "base_affective", "weight", "follows", "talk_rate", "own_rate"):
            np.testing.assert_array_equal(getattr(ours.people, name), getattr(theirs.people, name))
        np.testing.assert_array_equal(ours.graph.heard, theirs.graph.heard)
        np.testing.assert_array_equal(ours.order, theirs.order)


def test_a_worker_of_another_version_is_refused(by_threads: sim.Sweep) -> None:
    """A worker whose model is not the sender's would mix two models in one table."""
    work, points = prepared({**PLANE, "name": "elsewhere"}, function=plane)
    other = Work(**{**{name: getattr(work, name) for name in work.__dataclass_fields__}, "code": "another"})
    with pytest.raises(RippleError, match="another version of the model"):
        run_jobs(other, [Jobs([Stage(1, 1)])[0]], [points.iloc[0].to_dict()])
