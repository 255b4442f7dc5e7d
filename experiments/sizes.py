"""What the size of the simulated population changes: the data breach with 500 to 50,000 users, as a table for docs/limits.md.

    python experiments/sizes.py                          # about 3 minutes; writes sizes.csv beside it

The arms silence and apology-and-fix on common draws; replicates seed 1, fewer for larger populations.
"""

from __future__ import annotations

from pathlib import Path

import sim

SIZES = {500: 40, 2_000: 20, 10_000: 8, 50_000: 3}  # users: replicates
MEASURES = (
    "floor_gap",
    "trust_days_lost",
    "followers_lost",
    "worst_loss",
    "ripple",
    "largest_story",
    "storm",
    "complaints",
)
HERE = Path(__file__).parent


def main() -> None:
    """Compare the two arms in every size, and write means and spreads of the first, and how often the second is better."""
    lines = ["users,replicates," + ",".join(f"{m},{m}_sd" for m in MEASURES) + ",saved,saved_sd"]
    for users, replicates in SIZES.items():
        found = sim.compare(
            "data-breach", arms=["silence", "apology-and-fix"], users=users, replicates=replicates, seed=1
        ).replicates
        silent = found[found["arm"] == "silence"].set_index("replicate")
        other = found[found["arm"] == "apology-and-fix"].set_index("replicate")
        saved = silent["trust_days_lost"] - other["trust_days_lost"]
        cells = [f"{silent[m].mean():.4g},{silent[m].std():.2g}" for m in MEASURES]
        lines.append(f"{users},{replicates}," + ",".join(cells) + f",{saved.mean():.4g},{saved.std():.2g}")
        print(lines[-1], flush=True)
    (HERE / "sizes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
