"""How much an explanation helps that a deletion goes unnoticed, read against E13.

    python experiments/calibration/deletion.py           # about 3 minutes; writes deletion.csv beside it

`explained_clue`, assumed, from the middle of its range of before (.2; .1 to .6) to its upper end, everything else as it is;
E13 in full size, seed 20. The objective: both numbers of E13 in their bands, the second as near to 0, "about no
difference", as it gets.
"""

from __future__ import annotations

import csv
from pathlib import Path

from sim.study.evidence.plan import Plan
from sim.study.evidence.rows import ROWS

VALUES = (0.2, 0.3, 0.4, 0.5, 0.6)
SEED = 20
HERE = Path(__file__).parent


def main() -> None:
    """Measure, say what came out, and write it down."""
    row, rows = ROWS["E13"], []
    for value in VALUES:
        found = row.measure(Plan(seed=SEED, parameters={"explained_clue": value})).estimates
        rows.append({"explained_clue": value} | {id: f"{e.value:.1f}" for id, e in zip(row.ids, found, strict=True)})
        rows[-1]["inside"] = all(n.met(e, small=False) for n, e in zip(row.numbers, found, strict=True))
        print(rows[-1], flush=True)
    with (HERE / "deletion.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
