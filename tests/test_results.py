"""One run and its files: tables that close, saved and opened without loss, never half written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.dynamics import ledger
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds, build_world, prepare
from sim.errors import RippleError
from sim.study.folder import new_folder

SMALL = {"users": 300, "horizon": "30 d"}


@pytest.fixture(scope="module")
def run() -> sim.Run:
    return sim.run("data-breach", arm="apology-and-fix", seed=3, **SMALL)


def test_the_books_sum_to_the_change_of_the_series(run):
    """Book own sums to the change of series.own, book expressed to that of series.trust, within 1e-9."""
    for book, column in (("own", "own"), ("expressed", "trust")):
        booked = run.ledger.loc[run.ledger["book"] == book, "trust"].sum()
        series = run.series[column]
        assert abs(booked - (series.iloc[-1] - series.iloc[0])) < 1e-9


def test_a_missing_booking_is_seen():
    """One account changed by 1e-6 of mean trust: the check names the book."""
    scenario = sim.load("data-breach").changed({"network.users": 200, "horizon": "30 d"})
    engine = Engine(prepare(scenario, None, Seeds.of(1))).run()
    ledger.check(engine)
    engine.books[1, 0] += 1e-6 * engine.n
    with pytest.raises(ArithmeticError, match="own book does not close"):
        ledger.check(engine)
    engine.books[1, 0] -= 1e-6 * engine.n
    engine.expressed[1] += 1e-6 * engine.n
    with pytest.raises(ArithmeticError, match="expressed book does not close"):
        ledger.check(engine)


def test_tables_have_a_row_per_hour_and_per_user(run):
    """30 days by the hour with both ends; one user per row with its label."""
    assert list(run.series.index[[0, 1, -1]]) == [0.0, 1.0, 720.0]
    assert len(run.users) == 300 and run.users["label"].is_unique
    assert run.series["trust"].iloc[-1] == pytest.approx(run.users["trust"].mean(), abs=1e-7)
    assert run.users.loc[:, "trust_worst"].mean() == pytest.approx(run.series["trust"].min(), abs=1e-7)
    assert run.worst_hour == run.series["trust"].idxmin()


def test_users_stand_in_the_order_of_their_network(run):
    """Row k of the table has as many listeners as row k of the network that was made."""
    world = build_world(run.scenario, Seeds.of(3))
    assert np.array_equal(run.users["listeners"], np.diff(world.graph_as_read.back_start))
    assert np.array_equal(run.graph.heard, world.graph_as_read.heard)


def test_the_same_seed_gives_the_same_run_and_another_seed_another(run):
    """Bit for bit."""
    again = sim.run("data-breach", arm="apology-and-fix", seed=3, **SMALL)
    other = sim.run("data-breach", arm="apology-and-fix", seed=4, **SMALL)
    pd.testing.assert_frame_equal(run.series, again.series, check_exact=True)
    assert not run.series["trust"].equals(other.series["trust"])


def test_saved_is_reopened(run, tmp_path):
    """Every table, the network, the scenario and the provenance come back as they were."""
    run.save(tmp_path / "run")
    back = sim.open_run(tmp_path / "run")
    for name in ("series", "ledger", "stories", "hops", "users"):
        pd.testing.assert_frame_equal(getattr(back, name), getattr(run, name), check_exact=True)
    assert (back.arm, back.seed, back.scenario, back.provenance) == (run.arm, run.seed, run.scenario, run.provenance)
    assert np.array_equal(back.graph.heard, run.graph.heard) and list(back.graph.labels) == list(run.users["label"])
    assert not [path for path in (tmp_path / "run").rglob("*") if path.suffix in (".pkl", ".pickle")]


def test_the_stored_scenario_gives_the_same_run(run, tmp_path):
    """The resolved file alone, with the seed of the provenance, is enough."""
    run.save(tmp_path / "run")
    again = sim.run(tmp_path / "run" / "scenario.yaml", arm=run.arm, seed=run.seed)
    pd.testing.assert_frame_equal(run.series, again.series, check_exact=True)


def test_a_run_on_an_edge_list_keeps_labels_and_reopens(tmp_path):
    """Labels stay text (007 is not 7), and the run opens when the edge list is gone."""
    ties = [("007", "b"), ("b", "c"), ("c", "7"), ("7", "007"), ("b", "7")]
    edges = tmp_path / "friends.csv"
    edges.write_text("".join(f"{a},{b}\n" for a, b in ties))
    run = sim.run("data-breach", network=edges, seed=1)
    assert sorted(run.users["label"]) == ["007", "7", "b", "c"]
    run.save(tmp_path / "run")
    edges.unlink()
    assert sim.open_run(tmp_path / "run").users.equals(run.users)


def test_a_networkx_graph_is_taken_as_it_is():
    """Users in the order of its nodes."""
    import networkx as nx

    graph = nx.karate_club_graph()
    run = sim.run("data-breach", network=graph, horizon="20 d")
    assert list(run.users["listeners"]) == [d for _, d in graph.degree()]


def test_knocking_out_word_of_mouth_leaves_only_direct_accounts():
    """No hop is booked, and who meets the act is the same as with word of mouth."""
    with_it = sim.run("data-breach", seed=2, **SMALL)
    without = sim.run("data-breach", seed=2, word_of_mouth=False, **SMALL)
    assert set(without.ledger.query("book == 'own'")["channel"]) == {"direct", "waiting", "answer", "time"}
    assert list(without.stories["met"]) == list(with_it.stories["met"])


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"arm": "silense"}, "did you mean 'silence'"),
        ({"seed": "one"}, "seed: 'one' is not a whole number"),
        ({"users": "many"}, "users: 'many' is not a whole number"),
        ({"users": 0}, "users: 0 is too few"),
        ({"changes": {"fadng": 0.5}}, "fading"),
        ({"network": "no-such-file.csv"}, "no-such-file.csv"),
    ],
)
def test_what_does_not_fit_is_one_clear_error(words, text):
    """A RippleError that names the value and the way out."""
    with pytest.raises(RippleError, match=text):
        sim.run("data-breach", **words)


def test_more_users_than_the_file_has_are_refused(tmp_path):
    """The error says how many there are."""
    (tmp_path / "e.csv").write_text("a,b\nb,c\n")
    with pytest.raises(RippleError, match=r"5 .*3 users"):
        sim.run("data-breach", network=tmp_path / "e.csv", users=5)


def test_a_folder_with_something_in_it_is_not_touched(run, tmp_path):
    """Refused without force; with force only when it holds results."""
    target = tmp_path / "mine"
    target.mkdir()
    (target / "thesis.txt").write_text("years of work")
    for force in (False, True):
        with pytest.raises(RippleError, match="mine"):
            run.save(target, force=force)
    assert [path.name for path in target.iterdir()] == ["thesis.txt"]
    run.save(tmp_path / "run")
    with pytest.raises(RippleError, match="not empty"):
        run.save(tmp_path / "run")
    run.save(tmp_path / "run", force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "run"]


def test_an_error_while_writing_leaves_the_old_results(run, tmp_path):
    """Half-written files never take the place of whole ones, and nothing is left beside them."""
    run.save(tmp_path / "run")
    before = (tmp_path / "run" / "provenance.json").read_bytes()

    def fails_half_way() -> None:
        with new_folder(tmp_path / "run", force=True) as work:
            (work / "provenance.json").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_half_way()
    assert (tmp_path / "run" / "provenance.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_killed_while_saving_leaves_no_half_folder(tmp_path):
    """A process that is killed between two files leaves the target absent: only the hidden work folder is there."""
    code = (
        "import sys, time\nfrom sim.study.folder import new_folder\n"
        "with new_folder(sys.argv[1]) as work:\n"
        "    (work / 'series.parquet').write_text('half')\n    print('writing', flush=True)\n    time.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "run")], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "writing\n"
    child.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    child.wait(10)
    assert not (tmp_path / "run").exists()
    with pytest.raises(RippleError, match="no complete run"):
        sim.open_run(tmp_path / "run")


def test_a_folder_that_is_no_run_is_said_to_be_none(tmp_path):
    """Missing files, foreign JSON and runs of a later version each have their line."""
    (tmp_path / "provenance.json").write_text("{}")
    with pytest.raises(RippleError, match="no run of Trust Ripple"):
        sim.open_run(tmp_path)
    facts = {"program": "trust-ripple", "arm": "silence", "format": 99, "version": "9.0"}
    (tmp_path / "provenance.json").write_text(json.dumps(facts))
    with pytest.raises(RippleError, match=r"later version.*9\.0"):
        sim.open_run(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_stops_a_long_run(tmp_path):
    """A run of a year over 20,000 users ends within seconds of the signal."""
    code = (
        "import sim, sys\nprint('go', flush=True)\n"
        "sim.run('data-breach', users=20000, horizon='365 d', progress=lambda h: h and print('on', flush=True))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path
    )
    assert child.stdout is not None
    while child.stdout.readline() != "on\n":
        assert child.poll() is None
    sent = time.monotonic()
    child.send_signal(signal.SIGINT)
    assert child.wait(20) != 0
    assert time.monotonic() - sent < 20
    assert Path(tmp_path).exists()
