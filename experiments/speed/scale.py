"""How far one machine reaches: seconds and memory of a month from ten thousand to ten million users; writes docs/scale.md.

    python experiments/speed/scale.py                       # 1e4, 1e5, 1e6 users, printed
    python experiments/speed/scale.py --huge --page docs    # and 1e7 users; writes docs/scale.json and docs/scale.md

Each size runs in a process of its own, so that its peak of memory is its own: the network of `users` users with 10 ties
of each new one (20 a user), a breach and a daily post, 30 days of 720 ticks; posts, complaints and membership are left out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2]))

SIZES = (10_000, 100_000, 1_000_000)
HUGE = 10_000_000
TIES = 10
MEMORIES = (2, 8, 16, 64)  # GB


def measure(users: int) -> dict[str, float | int]:
    """One size, in this process."""
    from sim.bench.cases import breach, setup
    from sim.bench.separate import peak_mb
    from sim.dynamics.engine import Engine

    Engine(setup(breach(1000, TIES))).run()  # loads the compiled loops
    base = peak_mb()
    start = time.perf_counter()
    run = setup(breach(users, TIES))
    made = time.perf_counter()
    engine = Engine(run)
    begun = time.perf_counter()
    engine.run(lambda hours: print(f"\r{users:,} users: hour {hours:.0f} ", end="", file=sys.stderr, flush=True))
    ended = time.perf_counter()
    return {
        "users": users,
        "ties": run.world.graph.n_ties,
        "threads": engine.threads,
        "step": run.step,
        "made": made - start,
        "begun": begun - made,
        "run": ended - begun,
        "peak_mb": peak_mb() or 0.0,
        "empty_mb": base or 0.0,
    }


def page(found: dict) -> str:
    """docs/scale.md from what was measured."""
    text = (HERE.parent / "scale.md").read_text(encoding="utf-8")
    rows = [
        f"| {one['users']:,} | {one['ties']:,} | {one['made']:.3g} s | {one['begun']:.3g} s | {one['run']:.3g} s "
        f"| {one['peak_mb']:,.0f} MB | {1e6 * (one['peak_mb'] - one['empty_mb']) / one['users']:,.0f} B |"
        for one in found["sizes"]
    ]
    head = (
        "| users | ties | network and people | arrays, talk at rest | 720 ticks | peak memory | of it a user |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    m = found["machine"]
    where = (
        f"Measured with `python experiments/speed/scale.py --huge --page docs` on {m['day']}: {m['processor']}, "
        f"{m['cores']} cores, {m['memory_gb']} GB, {m['system']}, Python {m['python']}; {m['busy']} cores were busy when "
        "it began."
    )
    largest = found["sizes"][-1]
    each = (largest["peak_mb"] - largest["empty_mb"]) / largest["users"]
    held = [f"| {gb} GB | {_rounded((900 * gb - largest['empty_mb']) / each):,} |" for gb in MEMORIES]
    holds = "| memory, a tenth of it left free | users |\n|---|---|\n" + "\n".join(held)
    return text.replace("<!-- table -->", f"{head}{chr(10).join(rows)}\n\n{where}").replace("<!-- holds -->", holds)


def _rounded(users: float) -> int:
    """To two figures, down."""
    unit = 10 ** (len(str(int(users))) - 2)
    return int(users // unit * unit)


def main() -> None:
    """Measure the sizes that are asked for."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--huge", action="store_true", help="also ten million users: six minutes and 6 GB")
    ask.add_argument("--page", metavar="FOLDER", help="write scale.json and scale.md there")
    ask.add_argument("--one", type=int, help=argparse.SUPPRESS)
    told = ask.parse_args()
    if told.one:
        print(json.dumps(measure(told.one)))
        return
    from sim.bench.machine import machine

    facts, sizes = machine(), []
    for users in (*SIZES, *((HUGE,) if told.huge else ())):
        done = subprocess.run([sys.executable, str(HERE), "--one", str(users)], stdout=subprocess.PIPE, check=True)
        sizes.append(json.loads(done.stdout))
        print(f"\r{json.dumps(sizes[-1])}")
    found = {"machine": facts, "sizes": sizes}
    if told.page:
        folder = Path(told.page)
        (folder / "scale.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        (folder / "scale.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
