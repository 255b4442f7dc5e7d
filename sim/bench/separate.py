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
    """Seconds to make a network with its people and to run 30 days on it, and the peak of memory after each.

    `run` is the base case, `posts` that in which users post, in turn; `n_posts` how many they wrote; `held` MB of what a
    run of the base case held at its end, by what it is for.
    """
    from sim.bench import parts
    from sim.bench.cases import BASE, POSTS, breach, setup
    from sim.bench.timing import alone, interleaved
    from sim.dynamics.engine import Engine

    for by_users in (BASE, POSTS):
        Engine(setup(breach(1000, ties, by_users=by_users))).run()  # loads the compiled loops
    scenario = breach(users, ties)
    made = alone(lambda: setup(scenario), repeat - 1, warm=False)  # kept by nobody: two at once would be the peak
    start = time.perf_counter()
    run = setup(scenario)
    made.append(time.perf_counter() - start)
    peaks = [peak_mb()]
    engine = Engine(run).run()
    peaks.append(peak_mb())
    threads, held = engine.threads, parts.memory(engine)
    del engine
    posting, written = setup(breach(users, ties, by_users=POSTS), run.world), [0]

    def with_posts() -> None:
        written[0] = parts.done_by_users(Engine(posting).run())["posts"]

    seconds = interleaved({"run": lambda: Engine(run).run(), "posts": with_posts}, repeat, warm=False)
    return {
        "made": made,
        **seconds,
        "n_posts": written[0],
        "peak_mb": None if None in peaks else peaks,
        "held": held,
        "ties": run.world.graph.n_ties,
        "kind": run.world.graph.kind,
        "step": run.step,
        "threads": threads,
    }


def memory_mb() -> float | None:
    """The memory this process holds now, MB; None where the system does not tell."""
    return _status_mb("VmRSS:")


def peak_mb() -> float | None:
    """The most memory this process has held so far, MB. On Linux not from getrusage, which starts with the parent's."""
    known = _status_mb("VmHWM:")
    if known is not None:
        return known
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def _status_mb(entry: str) -> float | None:
    """An entry of what Linux tells of this process, MB."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(entry):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return None


def started(words: list[str], cache: str | None = None) -> float:
    """Seconds of `ripple WORDS` from nothing to its end. cache: the folder of compiled loops, the usual one if None."""
    return _timed(f"{_FIRST}from sim.cli import main; main({words!r})", cache)


_RECORDED = """
import json
from numba.core import event
from sim.bench.separate import seconds_by_itself
from sim.cli import main
with event.install_recorder("numba:compile") as recorder:
    try:
        main(WORDS)
    except SystemExit as end:
        if end.code:
            raise
print(json.dumps(seconds_by_itself(recorder.buffer)))
"""


def compiled_first(words: list[str], cache: str) -> dict[str, Any]:
    """`ripple WORDS` with nothing compiled yet: `all` seconds, and those that each loop took by itself, by its name."""
    start = time.perf_counter()
    text = _python(_FIRST + _RECORDED.replace("WORDS", repr(words)), cache)
    return {"all": time.perf_counter() - start, "loops": json.loads(text.splitlines()[-1])}


def seconds_by_itself(events: list[Any]) -> dict[str, float]:
    """Seconds between start and end of each event, without those of events inside it, by the name of the loop."""
    spent: dict[str, float] = {}
    open_: list[list[float]] = []
    for now, one in events:
        if one.is_start:
            open_.append([now, 0.0])
            continue
        start, inside = open_.pop()
        if open_:
            open_[-1][1] += now - start
        name = one.data["dispatcher"].py_func.__name__
        spent[name] = spent.get(name, 0.0) + now - start - inside
    return spent


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
