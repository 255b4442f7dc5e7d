"""How far chance moves a brand in an ordinary year, read against E20: rates of hazards, the record, the reach of news.

    python experiments/calibration/ordinary_year.py      # about 5 minutes; writes ordinary_year.csv beside it

Every candidate changes some numbers inside their ranges from what they were BEFORE; each is measured on the same 200
brand-years of 200 users (seed 20). The objective, in this order: the standard deviation of the change in a year lies in the
band of E20, 2 to 5 points; every other row stays met; few scenarios of the library are touched; few numbers are changed.
"""

from __future__ import annotations

import csv
from pathlib import Path

from sim.scenario.parameters import YEAR
from sim.study.evidence.plan import Plan
from sim.study.evidence.polls import moves, spread_of

RATES = {"data_breach": 0.5, "data_misuse": 0.1, "shakeout": 0.5, "false_claim": 0.8, "outage": 4.0, "rude_reply": 2.0}
BEFORE = {f"hazard_{kind}": times / YEAR for kind, times in RATES.items()} | {"record_weight": 0.3, "reach_news": 0.3}
SEED, YEARS, USERS = 20, 200, 200
HERE = Path(__file__).parent


def half(*kinds: str) -> dict[str, float]:
    """Rates at the low end of their range."""
    return {f"hazard_{kind}": RATES[kind] / 2 / YEAR for kind in kinds}


CANDIDATES: dict[str, dict[str, float]] = {
    "as before": {},
    "all rates half": half(*RATES),
    "rude replies, outages half": half("rude_reply", "outage"),
    "rude replies, outages, misuse half": half("rude_reply", "outage", "data_misuse"),
    "rude replies, outages, false claims half": half("rude_reply", "outage", "false_claim"),
    "record .15": {"record_weight": 0.15},
    "all rates half, record .2": half(*RATES) | {"record_weight": 0.2},
    "rude replies half, record .15": half("rude_reply") | {"record_weight": 0.15},
    "rude replies, outages half, record .15": half("rude_reply", "outage") | {"record_weight": 0.15},
    "reach .2": {"reach_news": 0.2},
    "reach .15": {"reach_news": 0.15},
    "reach .12": {"reach_news": 0.12},
    "rude replies half, reach .2": half("rude_reply") | {"reach_news": 0.2},
    "rude replies half, reach .15": half("rude_reply") | {"reach_news": 0.15},
    "rude replies, outages half, reach .2": half("rude_reply", "outage") | {"reach_news": 0.2},
    "all rates half, reach .2": half(*RATES) | {"reach_news": 0.2},
}


def main() -> None:
    """Measure all candidates, say what came out, and write it down."""
    rows = []
    for name, changes in CANDIDATES.items():
        change = moves(Plan(seed=SEED, parameters=BEFORE | changes), YEARS, USERS)
        sd = spread_of(change)
        numbers = {"mean": change.mean(), "sd": sd.value, "low": sd.low, "high": sd.high}
        rows.append({"candidate": name} | {key: f"{value:.2f}" for key, value in numbers.items()})
        print(rows[-1], flush=True)
    with (HERE / "ordinary_year.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
