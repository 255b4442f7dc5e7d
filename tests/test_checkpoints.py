"""A run that is laid aside and taken up again ends bit for bit as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from whole_worlds import RUNS

import sim
from sim.dynamics import state as s
from sim.dynamics.checkpoint import lay_aside, take_up
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds, Setup, prepare
from sim.errors import RippleError
from sim.scenario.scenario import load
from sim.study.checkpoints import Checkpoints

ROOT = Path(__file__).resolve().parent.parent


def assert_equal(one: Engine, other: Engine) -> None:
    """All that either holds, to the last bit; of tables with room to spare, what is used."""
    for name in s.Live._fields:
        a, b = getattr(one.live, name), getattr(other.live, name)
        assert a.dtype == b.dtype and a.shape == b.shape, name
        assert a.tobytes() == b.tobytes(), name
    for name in ("trust", "rows", "lowest", "expressed"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    assert one.causes == other.causes and one.row_of == other.row_of
    assert [out.told for out in one.out] == [out.told for out in other.out]
    assert one.agenda.laid_aside() == other.agenda.laid_aside()


@pytest.mark.parametrize("world", RUNS, ids=lambda world: world.__name__)
@pytest.mark.parametrize("at", [37.5, 131.0])
def test_a_world_with_everything_on_goes_on_as_it_would_have(
    world: Callable[[], Setup], at: float, tmp_path: Path
) -> None:
    """engine(0 -> end) = engine(0 -> at), laid aside, taken up, (at -> end); also in the middle of a step."""
    setup = world()
    whole = Engine(setup).run()
    first = Engine(setup)
    first.advance(at)
    lay_aside(first, tmp_path)
    assert_equal(take_up(setup, tmp_path).run(), whole)


@pytest.mark.parametrize("scenario", ["fake-reviews", "preparedness", "security", "promise"])
def test_what_the_brand_has_in_hand_is_kept(scenario: str, tmp_path: Path) -> None:
    """Lures, hidden acts, promises, conditional answers and hazards: every arm, laid aside each tenth of the time."""
    asked = load(scenario).changed({"network.users": 300, "horizon": "60 d"})
    for arm in asked.arms:
        setup = prepare(asked, arm, Seeds.of(3))
        whole, engine = Engine(setup).run(), Engine(setup)
        for k in range(1, 10):
            engine.advance(k * setup.horizon / 10)
            folder = tmp_path / f"{arm}-{k}"
            folder.mkdir()
            lay_aside(engine, folder)
            engine = take_up(setup, folder)
        assert_equal(engine.run(), whole)


def test_a_run_that_is_killed_again_and_again_ends_as_it_would_have(tmp_path: Path) -> None:
    """`ripple run --checkpoint`, SIGKILL as soon as there is a new checkpoint, `--resume`: the tables are equal."""
    words = ["run", "data-breach", "--users", "1000", "--horizon", "30 d", "--seed", "5", "--arm", "denial"]
    straight = sim.run("data-breach", users=1000, horizon="30 d", seed=5, arm="denial")
    out, kept = tmp_path / "out", tmp_path / "out.checkpoint"
    words += ["--out", str(out), "--checkpoint", "6 h", "--resume"]
    code = f"import sys; sys.path[0] = {str(ROOT)!r}; from sim.cli import main; main({words!r})"
    kills = 0
    for _ in range(2):
        before = set(kept.glob("hour-*")) if kept.exists() else set()
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while child.poll() is None and not (kept.exists() and set(kept.glob("hour-*[0-9]")) - before):
            time.sleep(0.002)
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
            kills += 1
        child.wait()
    assert kills >= 1
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    again = sim.open_run(out)
    for table in ("series", "ledger", "stories", "users", "complaints", "user_stories"):
        pd.testing.assert_frame_equal(getattr(straight, table), getattr(again, table), check_exact=True)
    assert not kept.exists()


def test_checkpoints_of_another_run_are_refused_and_broken_ones_named(tmp_path: Path) -> None:
    asked = load("data-breach").changed({"network.users": 200, "horizon": "20 d"})
    setup = prepare(asked, None, Seeds.of(1))
    engine = Engine(setup)
    engine.advance(30.0)
    mine = Checkpoints(tmp_path / "kept", 24.0, {"seeds": 1})
    place = mine.write(engine)
    assert mine.last() == place
    with pytest.raises(RippleError, match="interrupted at hour 30"):
        mine.engine(setup, resume=False)
    with pytest.raises(RippleError, match="another run: it differs in seeds"):
        Checkpoints(tmp_path / "kept", 24.0, {"seeds": 2}).engine(setup, resume=True)
    (place / "acts.npy").write_bytes(b"nothing")
    with pytest.raises(RippleError, match="cannot be read as a checkpoint"):
        mine.engine(setup, resume=True)


def test_only_the_last_whole_checkpoint_stays(tmp_path: Path) -> None:
    """One that was being written when the power went is not taken for whole."""
    setup = prepare(load("data-breach").changed({"network.users": 100, "horizon": "20 d"}), None, Seeds.of(1))
    mine = Checkpoints(tmp_path, 24.0, {})
    engine = mine.run(Engine(setup))
    assert [one.name for one in tmp_path.iterdir()] == ["hour-00000456.000"]
    (tmp_path / "hour-00000480.000.part").mkdir()
    assert mine.last() == tmp_path / "hour-00000456.000"
    assert_equal(mine.engine(setup, resume=True).run(), engine)
    mine.clear()
    assert not tmp_path.exists()


def test_a_run_with_rules_says_that_it_cannot_be_laid_aside(tmp_path: Path) -> None:
    class Quiet(sim.Rule):
        name = "quiet"

        def step(self, world, now, dt, draws, books) -> None:
            """Nothing."""

    with pytest.raises(RippleError, match=r"rules of its own \(quiet\)"):
        sim.run("data-breach", users=50, horizon="20 d", rules=[Quiet()], checkpoint="1 d", checkpoint_folder=tmp_path)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"checkpoint": "1 d"}, "name the folder"),
        ({"resume": True}, "how often"),
        ({"checkpoint": "1 month of Sundays", "checkpoint_folder": "x"}, "checkpoint: "),
        ({"checkpoint": 0, "checkpoint_folder": "x"}, "no time between"),
    ],
)
def test_checkpoints_are_asked_for_whole(asked: dict, words: str) -> None:
    with pytest.raises(RippleError, match=words):
        sim.run("data-breach", users=50, horizon="20 d", **asked)


def test_laid_aside_files_hold_no_pickles(tmp_path: Path) -> None:
    """Every .npy opens with allow_pickle=False."""
    setup = prepare(load("data-breach").changed({"network.users": 100, "horizon": "20 d"}), None, Seeds.of(1))
    engine = Engine(setup)
    engine.advance(130.0)
    lay_aside(engine, tmp_path)
    files = list(tmp_path.glob("*.npy"))
    assert len(files) > 20
    for file in files:
        np.load(file, allow_pickle=False)
