"""What needs a process of its own: peak memory, which a process only ever raises, and starts from nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sim.errors import RippleError

_HOME = str(Path(__file__).resolve().parents[2])
# the folder that holds the package comes first, whatever the working folder holds
_FIRST = f"import sys; sys.path[0] = {_HOME!r}; "


def large_run(users: int, ties: int, repeat: int) -> dict[str, Any]:
    """`large_run_here` in a fresh process."""
    code = f"{_FIRST}import json; from sim.bench.separate import large_run_here; "
    text = _python(code + f"print(json.dumps(large_run_here({users}, {ties}, {repeat})))")
    return json.loads(text.splitlines()[-1])


def large_run_here(users: int, ties: int, repeat: int) -> dict[str, Any]:
    """Seconds to make a network with its people and to run 30 days on it, and the peak of memory after each."""
    from sim.bench.cases import breach, setup
    from sim.bench.timing import alone
    from sim.dynamics.engine import Engine

    Engine(setup(breach(1000, ties))).run()  # loads the compiled loops
    scenario = breach(users, ties)
    made = alone(lambda: setup(scenario), repeat - 1, warm=False)  # kept by nobody: two at once would be the peak
    start = time.perf_counter()
    run = setup(scenario)
    made.append(time.perf_counter() - start)
    peaks = [_peak_mb()]
    Engine(run).run()
    peaks.append(_peak_mb())
    engine = Engine(run)
    return {
        "made": made,
        "run": alone(lambda: Engine(run).run(), repeat, warm=False),
        "peak_mb": None if None in peaks else peaks,
        "ties": run.world.graph.n_ties,
        "kind": run.world.graph.kind,
        "step": run.step,
        "threads": engine.threads,
    }


def _peak_mb() -> float | None:
    """The most memory this process has held so far, MB. On Linux not from getrusage, which starts with the parent's."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def started(words: list[str], cache: str | None = None) -> float:
    """Seconds of `ripple WORDS` from nothing to its end. cache: the folder of compiled loops, the usual one if None."""
    return _timed(f"{_FIRST}from sim.cli import main; main({words!r})", cache)


def imported(what: str) -> float:
    """Seconds of a Python that imports something and ends."""
    return _timed(f"{_FIRST}import {what}", None)


def _timed(code: str, cache: str | None) -> float:
    start = time.perf_counter()
    _python(code, cache)
    return time.perf_counter() - start


def _python(code: str, cache: str | None = None) -> str:
    env = {**os.environ, **({"RIPPLE_CACHE_DIR": cache} if cache else {})}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise RippleError(f"bench: a process of its own failed: {last[0]}")
    return done.stdout
