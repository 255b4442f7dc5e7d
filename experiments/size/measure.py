"""How much the measures change with the number of users that are simulated: what sim/study/size_error.py says.

    python experiments/size/measure.py out/size.json

Each scenario's reference arm over 25 d, at 500 to 16,000 users, on draws of their own, with a desk whose answers take as
long at any size (a desk of one agent is another desk for 16,000 users than for 500). Prints, for each number of users,
the mean of each measure over that at 16,000, and half of the 95 % interval of this ratio (delta method).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

import sim

SCENARIOS = ("data-breach", "false-claim", "spam-campaign")
SIZES = (500, 1000, 2000, 4000, 8000, 16000)
MEASURES = ("followers_lost", "followers_end", "complaints", "largest_story", "trust_days_lost")
DESK = {"log": {"quantiles": [0.05, 0.2, 0.5, 1, 3, 10, 40]}}  # waits that do not depend on how many complain
USERS = 120_000  # simulated in all at each size; at least 8 runs and at most 60


def measured(scenario: str, users: int) -> dict[str, list[float]]:
    """Mean of each measure and its standard error."""
    runs = min(60, max(8, USERS // users))
    arm = sim.load(scenario).reference
    done = sim.compare(
        scenario,
        arms=[arm],
        users=users,
        horizon="25 d",
        replicates=runs,
        how_sure=False,
        seed=users,
        workers=1,
        changes={"brand.desk": DESK},
    )
    found = done.replicates
    return {name: [float(found[name].mean()), float(found[name].std() / np.sqrt(runs))] for name in MEASURES}


def main(target: Path) -> None:
    """Measure all and write the file after each, so that an interrupted run loses little."""
    known: dict[str, dict[str, dict[str, list[float]]]] = json.loads(target.read_text()) if target.exists() else {}
    for users in SIZES:
        for scenario in SCENARIOS:
            of_one = known.setdefault(scenario, {})
            if str(users) not in of_one:
                of_one[str(users)] = measured(scenario, users)
                target.write_text(json.dumps(known, indent=1))
    for name in MEASURES:
        for users in SIZES[:-1]:
            print(name, users, *(f"{s} {100 * r:.1f} ± {100 * h:.1f} %" for s, (r, h) in ratios(known, name, users)))


def ratios(known: dict, name: str, users: int) -> list[tuple[str, tuple[float, float]]]:
    """Of each scenario: the mean at a size over that at the largest, minus 1, and half of its 95 % interval."""
    out = []
    for scenario in known:
        (small, error), (large, error_large) = (known[scenario][str(n)][name] for n in (users, SIZES[-1]))
        if large > 0 and small > 0:
            ratio = small / large
            half = 1.96 * ratio * np.hypot(error / small, error_large / large)
            out.append((scenario, (ratio - 1.0, float(half))))
    return out


if __name__ == "__main__":
    main(Path(sys.argv[1]))
