"""The first start shares compiling between two processes; nothing else may come of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sim.dynamics import first_start

ROOT = Path(__file__).resolve().parent.parent
RUN = """
import sim
run = sim.run({"ripple": 1, "network": {"kind": "karate"}, "horizon": "2 d"}, seed=3)
from sim.dynamics import tick
loops = (tick.talk_blocks, tick.close_step, tick.other_event, tick.advance)
print(*(sum(loop.stats.cache_misses.values()) for loop in loops), repr(float(run.series["trust"].iloc[-1])))
"""


def started(cache: Path, **environment: str) -> list[str]:
    """What RUN prints in a fresh process with its own folder of compiled loops."""
    env = {**os.environ, "RIPPLE_CACHE_DIR": str(cache), **environment}
    answer = subprocess.run(
        [sys.executable, "-c", RUN], cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=280
    )
    return answer.stdout.split()


def test_talk_is_compiled_by_another_process_and_the_rest_here(tmp_path: Path) -> None:
    """Misses of the cache in the first process: none for talk and its books, one each for the rest; then none at all."""
    *misses, trust = started(tmp_path)
    shared = ["0", "0", "1", "1"] if (os.cpu_count() or 1) > 1 else ["1", "1", "1", "1"]
    assert misses == shared
    assert started(tmp_path) == ["0", "0", "0", "0", trust]


def test_no_other_process_is_started_when_the_loops_are_there_or_by_wish(monkeypatch) -> None:
    """begin() starts nothing when an earlier start compiled, or when RIPPLE_COMPILE_ALONE is set."""
    begun = []
    monkeypatch.setattr(first_start.subprocess, "Popen", lambda *_, **__: begun.append(1))
    monkeypatch.setattr(first_start, "_others", [])
    monkeypatch.setattr(first_start.compiled, "cached", lambda: True)
    first_start.begin()
    monkeypatch.setattr(first_start.compiled, "cached", lambda: False)
    monkeypatch.setenv("RIPPLE_COMPILE_ALONE", "1")
    first_start.begin()
    assert begun == []


def test_a_machine_that_starts_no_process_compiles_alone(monkeypatch) -> None:
    """An OSError of the system is no one's problem."""

    def fails(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(first_start.subprocess, "Popen", fails)
    monkeypatch.setattr(first_start, "_others", [])
    monkeypatch.setattr(first_start.compiled, "cached", lambda: False)
    monkeypatch.setattr(first_start.os, "cpu_count", lambda: 2)
    monkeypatch.delenv("RIPPLE_COMPILE_ALONE", raising=False)
    first_start.begin()
    assert first_start._others == []
