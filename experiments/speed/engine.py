"""How long the engine takes on this machine: one small run, a large one, and a first start without compiled code.

    python experiments/speed/engine.py [--quick] [--json FILE]

Each time is the median of several runs in one process after a warm-up, with the fastest and slowest beside it; memory is
the peak of the whole process. The large case runs in a process of its own. Times belong to a machine: compare them
within one run of this script.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POSTS = [{"act": "routine_post", "at": "10 h", "every": "1 d"}]


def scenario(kind: str, users: int, ties: int) -> dict[str, object]:
    """Thirty days with a breach on day 5 and a post a day."""
    return {
        "ripple": 1,
        "name": "speed",
        "horizon": "30 d",
        "network": {"kind": kind, "users": users, "ties": ties},
        "brand": {"sector": "social_media", "calendar": POSTS},
        "timeline": [{"act": "data_breach", "at": "5 d", "found": "5 d"}],
        "arms": {"silence": []},
    }


def engine_of(users: int, ties: int, threads: int | None = None):
    """A fresh engine, and the seconds it took to make the network and the people."""
    from sim.dynamics.engine import Engine
    from sim.dynamics.setup import Seeds, prepare
    from sim.scenario.scenario import load

    found = load(scenario("powerlaw_cluster" if users < 100_000 else "scale_free", users, ties))
    start = time.perf_counter()
    setup = prepare(found, None, Seeds.of(1))
    return lambda: Engine(setup, threads), time.perf_counter() - start


def timed(users: int, ties: int, repeat: int, threads: int | None = None) -> dict[str, float]:
    """Seconds of whole runs (30 days) on one network: median, fastest, slowest; and of making the network."""
    fresh, made = engine_of(users, ties, threads)
    fresh().run()
    seconds = []
    for _ in range(repeat):
        engine_start = time.perf_counter()
        engine = fresh().run()
        seconds.append(time.perf_counter() - engine_start)
    return {
        "users": users,
        "ties": engine.world.graph.n_ties,
        "talk_step_h": engine.setup.step,
        "threads": engine.threads,
        "network_s": made,
        "median_s": statistics.median(seconds),
        "fastest_s": min(seconds),
        "slowest_s": max(seconds),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3),
    }


def large(users: int, repeat: int) -> dict[str, float]:
    """The same for a large network in a process of its own, so that its peak memory is its own."""
    code = f"import engine, json; print(json.dumps(engine.timed({users}, 10, {repeat})))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def first_run() -> dict[str, float]:
    """Seconds of `ripple run data-breach` with and without compiled code from an earlier start, and of `--help`."""
    ripple = [sys.executable, "-m", "sim.cli"]
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "RIPPLE_CACHE_DIR": folder}
        out = {}
        for name, words in (("cold", ["run", "data-breach"]), ("warm", ["run", "data-breach"]), ("help", ["--help"])):
            start = time.perf_counter()
            subprocess.run([*ripple, *words], env=env, stdout=subprocess.DEVNULL, check=True)
            out[f"{name}_s"] = time.perf_counter() - start
    return out


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a tenth of the large network, fewer repeats")
    options.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = options.parse_args()
    figures = {
        "small": timed(2_000, 5, 5 if chosen.quick else 21),
        "large": large(100_000 if chosen.quick else 1_000_000, 1 if chosen.quick else 3),
        "start": first_run(),
    }
    for name in ("small", "large"):
        f = figures[name]
        print(
            f"{f['users']:>9,} users, {f['ties']:>10,} ties, 30 days, talk every {f['talk_step_h']:g} h, "
            f"{f['threads']} thread(s):\n          run {f['median_s']:.3f} s ({f['fastest_s']:.3f} to "
            f"{f['slowest_s']:.3f}), network {f['network_s']:.2f} s, peak {f['peak_mb']:.0f} MB"
        )
    s = figures["start"]
    print(
        f"ripple run data-breach: {s['cold_s']:.1f} s uncompiled, {s['warm_s']:.1f} s after; --help {s['help_s']:.2f} s"
    )
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
