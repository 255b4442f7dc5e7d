"""Nothing is lost: kills, resumed sweeps, failures, shards, locks, full disks."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_sweeps import PLANE, SMALL, fails_high_up, plane, slow

import sim
from sim.errors import RippleError
from sim.study.sweep import store as stores
from sim.study.sweep.again import rerun
from sim.study.sweep.merging import merge
from sim.study.sweep.store import Store

HERE = Path(__file__).parent


def rows_of(done: sim.Sweep) -> pd.DataFrame:
    return done.runs.drop(columns="seconds")


def test_a_kill_at_any_moment_loses_no_part_and_the_same_call_goes_on(tmp_path: Path) -> None:
    """SIGKILL after 3, 4, ... parts: what was written is whole; two resumed sweeps later every row is there once, equal."""
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "import sim, small_sweeps, sim.study.sweep.writing as w\n"
        "w._EVERY = 0.05\n"
        "sim.sweep({**small_sweeps.PLANE, 'replicates': 8}, out=sys.argv[1], function=small_sweeps.slow, workers=2)\n"
    )
    folder, seen = tmp_path / "killed", 0
    for least in (3, 9):
        child = subprocess.Popen([sys.executable, "-c", code, str(folder), str(HERE), str(HERE.parent)])
        deadline = time.monotonic() + 60
        while len(list(folder.glob("runs/*.parquet"))) < least and time.monotonic() < deadline and child.poll() is None:
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        left = sim.open_sweep(folder)
        assert not left.complete and len(left.runs) > seen and left.runs["RunId"].is_unique
        seen = len(left.runs)
    notes: list[str] = []
    done = sim.sweep({**PLANE, "replicates": 8}, out=folder, function=slow, workers=2, note=notes.append)
    assert done.complete and len(done.frame) == 128 and "taken over" in notes[0] and "are left" in notes[1]
    whole = sim.sweep({**PLANE, "replicates": 8}, function=lambda point, seeds: point["x"])
    pd.testing.assert_frame_equal(rows_of(done), rows_of(whole))


def test_a_run_that_fails_is_recorded_and_the_others_go_on(tmp_path: Path) -> None:
    """8 of 16 points fail in both replicates; their error, seeds and place are kept; the next call tries them again."""
    done = sim.sweep(PLANE, out=tmp_path / "s", function=fails_high_up, workers=2)
    assert len(done.frame) == len(done.failures) == 16 and not done.complete
    assert set(done.failures["error"]) == {"ArithmeticError: too high"} and (done.failures["x"] > 0.5).all()
    assert "fails_high_up" in done.failures["details"].iloc[0] and (done.failures["seed_events"] > 0).all()
    again = sim.sweep(PLANE, out=tmp_path / "s", function=fails_high_up)
    assert len(again.frame) == len(again.failures) == 16


def test_a_changed_experiment_is_refused_and_a_larger_one_added_when_asked(tmp_path: Path) -> None:
    """Other ranges, measures or seeds: refused by name. More replicates or points: --extend; old rows stay bit for bit."""
    folder = tmp_path / "s"
    first = sim.sweep(PLANE, out=folder, function=plane)
    for changed, words in (
        ({"seed": 2}, "seed changed since"),
        ({"factors": {"x": {"range": [0, 2]}, "y": {"range": [0, 1]}}}, "other points"),
        ({"design": {"kind": "latin-hypercube", "points": 16}}, "other points"),
        ({"replicates": 1}, "fewer replicates"),
        ({"replicates": 3}, "--extend"),
        ({"design": {"kind": "sobol-sequence", "points": 32}}, "--extend"),
    ):
        with pytest.raises(RippleError) as refused:
            sim.sweep({**PLANE, **changed}, out=folder, function=plane)
        assert words in str(refused.value), changed
    with pytest.raises(RippleError, match="another function"):
        sim.sweep(PLANE, out=folder, function=slow)
    larger = {**PLANE, "replicates": 3, "design": {"kind": "sobol-sequence", "points": 32}}
    grown = sim.sweep(larger, out=folder, function=plane, extend=True)
    assert grown.complete and len(grown.frame) == 32 * 3
    pd.testing.assert_frame_equal(rows_of(grown).iloc[:32], rows_of(first))
    at_once = rows_of(sim.sweep(larger, function=plane)).drop(columns="RunId").sort_values(["point", "iteration"])
    by_steps = rows_of(grown).drop(columns="RunId").sort_values(["point", "iteration"])
    pd.testing.assert_frame_equal(by_steps.reset_index(drop=True), at_once.reset_index(drop=True))


def test_shards_merged_are_the_sweep_run_at_once(tmp_path: Path) -> None:
    """Three shards, each in its folder: the merged rows, series and panels equal those of one sweep; two lack a third."""
    whole = sim.sweep(SMALL, workers=2, executor="threads")
    folders = [tmp_path / f"part-{k}" for k in (1, 2, 3)]
    for k, folder in enumerate(folders, start=1):
        part = sim.sweep(SMALL, out=folder, shard=(k, 3))
        assert part.complete and len(part.frame) == 8
    lacking = merge(folders[:2], tmp_path / "two")
    assert not lacking.complete and len(lacking.frame) == 16
    done = merge(folders, tmp_path / "all")
    for name in ("frame", "series", "panels"):
        pd.testing.assert_frame_equal(getattr(done, name), getattr(whole, name))
    assert done.complete and [piece["shard"] for piece in done.provenance["merged_from"]] == [[1, 3], [2, 3], [3, 3]]
    completed = sim.sweep(SMALL, out=tmp_path / "two")
    pd.testing.assert_frame_equal(completed.frame, whole.frame)
    other = tmp_path / "other"
    sim.sweep({**SMALL, "seed": 2}, out=other, shard=(1, 3))
    with pytest.raises(RippleError, match="not pieces of one sweep"):
        merge([folders[0], other], tmp_path / "none")
    with pytest.raises(RippleError, match="parts are counted from 1 to 3"):
        sim.sweep(SMALL, out=tmp_path / "none", shard=(4, 3))


def test_two_sweeps_in_one_folder_are_kept_apart(tmp_path: Path) -> None:
    """The lock names its holder: a living process and another machine are refused, a dead process is taken over."""
    folder = tmp_path / "s"
    folder.mkdir()
    lock = folder / "lock.json"
    living = {"host": socket.gethostname(), "pid": os.getppid(), "started": None, "since": time.time() - 7200}
    lock.write_text(json.dumps(living))
    with pytest.raises(RippleError, match=rf"running \(process {os.getppid()} on .*, begun 2 h ago\)"):
        sim.sweep(PLANE, out=folder, function=plane)
    lock.write_text(json.dumps({**living, "host": "elsewhere"}))
    with pytest.raises(RippleError, match=r"another machine began .*delete .*lock\.json"):
        sim.sweep(PLANE, out=folder, function=plane)
    lock.write_text(json.dumps({**living, "started": "1"}))  # the number of a dead process, given to another one since
    notes: list[str] = []
    assert sim.sweep(PLANE, out=folder, function=plane, note=notes.append).complete
    assert "taken over" in notes[0] and not lock.exists()


def test_a_full_disk_gives_one_clear_line_and_keeps_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENOSPC while a part is written: the folder named, no half part, and the same call goes on when there is room."""
    folder = tmp_path / "s"
    real, written = os.fsync, []

    def full(handle: int) -> None:
        written.append(handle)
        if len(written) > 6:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(stores.os, "fsync", full)
    monkeypatch.setattr("sim.study.sweep.writing._EVERY", 0.0)
    with pytest.raises(RippleError) as refused:
        sim.sweep(PLANE, out=folder, function=plane, workers=1)
    assert str(refused.value).endswith("cannot be written: No space left on device") and str(folder) in str(
        refused.value
    )
    monkeypatch.setattr(stores.os, "fsync", real)
    assert not list(folder.rglob("*.part"))
    assert 0 < len(sim.open_sweep(folder).runs) < 32
    assert sim.sweep(PLANE, out=folder, function=plane).complete


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    """A file in the way, a folder with a thesis in it, a folder above that nobody may write: each said in one line."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "draft.tex").write_text("x")
    with pytest.raises(RippleError, match=r"holds other things than a sweep \(draft.tex"):
        sim.sweep(PLANE, out=tmp_path / "thesis", function=plane)
    with pytest.raises(RippleError, match="is a file"):
        sim.sweep(PLANE, out=tmp_path / "thesis" / "draft.tex", function=plane)
    with pytest.raises(RippleError, match="cannot be written"):
        sim.sweep(PLANE, out="/proc/none/here", function=plane)
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(RippleError):
            sim.open_sweep(folder)


def test_small_parts_are_gathered_without_loss(tmp_path: Path) -> None:
    """70 parts become few; a crash between writing the whole and removing the parts leaves no row twice."""
    done = sim.sweep(PLANE, out=tmp_path / "s", function=plane)
    table = done.runs[["RunId", "point", "iteration", "arm", "height"]]
    store = Store(tmp_path / "many")
    store.prepare()
    for k in range(70):
        store.write({"runs": table.iloc[k % 32 : k % 32 + 1].assign(RunId=k)})
    kept = {file: file.read_bytes() for file in (tmp_path / "many" / "runs").iterdir()}
    store.gather()
    assert len(store.parts()) == 1 and sorted(store.read("runs")["RunId"]) == list(range(70))
    for file, data in kept.items():  # as if nothing had been removed
        file.write_bytes(data)
    assert len(store.parts()) == 1 and len(store.read("runs")) == 70
    store.prepare()
    assert len(list((tmp_path / "many" / "runs").iterdir())) == 1


def test_any_row_is_made_again_bit_for_bit(tmp_path: Path) -> None:
    """rerun: all measures equal the row's; a row that was changed is found out; numbers outside are refused."""
    done = sim.sweep(SMALL, out=tmp_path / "s", workers=2)
    for number in (0, 13):
        again = rerun(tmp_path / "s", number)
        assert again.differs == () and again.same_code and again.row is not None
        assert again.run.arm == again.row["arm"] and again.run.seed == again.row["seed_events"]
        series = done.series[done.series["RunId"] == number]
        np.testing.assert_array_equal(again.run.series["trust"].loc[series["Step"]], series["trust"])
    part = next((tmp_path / "s" / "runs").iterdir())
    table = pd.read_parquet(part)
    table.loc[table["RunId"] == 13, "floor"] += 1e-12
    table.to_parquet(part, index=False)
    assert rerun(tmp_path / "s", 13).differs == ("floor",)
    with pytest.raises(RippleError, match="numbered 0 to 23"):
        rerun(done, 24)


def test_a_stopped_sweep_keeps_what_was_finished(tmp_path: Path) -> None:
    """An interrupt in the middle: what came back is on disk, the lock is gone, and the session says what stopped it."""
    seen: list[float] = []

    def stop(share: float) -> None:
        seen.append(share)
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sim.sweep(PLANE, out=tmp_path / "s", function=plane, workers=1, progress=stop)
    left = sim.open_sweep(tmp_path / "s")
    assert len(left.runs) >= 10 and not (tmp_path / "s" / "lock.json").exists()
    assert left.provenance["sessions"][0]["stopped_by"] == "KeyboardInterrupt"
    assert sim.sweep(PLANE, out=tmp_path / "s", function=plane).complete
