"""The first start after an installation: two processes share the work of compiling the loops of a run.

The pieces of a run's loop do not depend on each other: talk and its books, and what users do by themselves. Another
process compiles talk and leaves it in the cache, while this one compiles the rest. Where that does not work (one core,
no second process), everything is compiled here, as if nothing had been tried.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys

import numpy as np

from sim import compiled
from sim.dynamics import tick
from sim.dynamics.setup import smallest
from sim.dynamics.stories import moment

_ALONE = "RIPPLE_COMPILE_ALONE"  # set for the other process, and by those who want no second one
_MOST_SECONDS = 120  # after which nobody waits for it
_WORK = "import sys; sys.path[:] = {path!r}; from sim.dynamics.first_start import compile_talk; compile_talk()"
_others: list[subprocess.Popen[bytes]] = []


def begin() -> None:
    """Have talk compiled in another process, if nothing is compiled yet. It is well called long before `finish`."""
    if _others or os.environ.get(_ALONE) or (os.cpu_count() or 1) < 2 or compiled.cached():
        return
    environment = {**os.environ, "RIPPLE_CACHE_DIR": str(compiled.CACHE_FOLDER), _ALONE: "1"}
    null = subprocess.DEVNULL
    with contextlib.suppress(OSError):
        command = [sys.executable, "-c", _WORK.format(path=sys.path)]
        other = subprocess.Popen(command, env=environment, stdin=null, stdout=null, stderr=null)
        atexit.register(other.kill)
        _others.append(other)


def finish(engine) -> None:
    """Compile what users do by themselves, for an engine that is laid out, then wait for the other process."""
    if not _others or _others[0].poll() is not None:
        return
    zero = np.int64(0)
    t = moment(0.0, 0.0, 0.0, 0.0, engine.times)
    values = (zero, zero, zero, t, engine.times, engine.trust[0], engine.live, engine.law)
    compiled.compile_for(tick.other_event, values)
    try:
        _others[0].wait(_MOST_SECONDS)
    except subprocess.TimeoutExpired:
        _others[0].kill()


def compile_talk() -> None:
    """What the other process does: the loops that an engine needs to be laid out."""
    from sim.dynamics.engine import Engine

    Engine(smallest())
