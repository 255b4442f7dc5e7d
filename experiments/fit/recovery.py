"""Does `ripple fit` find numbers again that are known? And would another method find them better?

    python experiments/fit/recovery.py            # writes docs/fit.json, about five minutes on two cores
    python experiments/fit/recovery.py --optuna   # also the best of 100 trials of Optuna, on ten of the cases

Fifty data sets are simulated at parameters drawn from their ranges: a daily tracker with an error of a point, mentions
and complaints a day with 10 %, over 30 days after a data breach in a world of 500 users. Each is fitted from the same
1,000 runs. All seeds are named below, so the numbers come out again.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from sim.files import write_text
from sim.study.design import Factor, parameter_factors
from sim.study.fit.fitting import Table
from sim.study.fit.inference import Posterior
from sim.study.fit.laid_aside import Parts
from sim.study.fit.observed import Observed
from sim.study.fit.predicted import with_errors
from sim.study.fit.reading import Task
from sim.study.fit.runs import Simulator, changes_at, prior_shares
from sim.study.request import request
from sim.study.sweep.factors import Varied
from sim.world import draws

CASES, RUNS, USERS, DAYS, SEED, TRUTH_SEED = 50, 1000, 500, 30, 1, 2
PARAMETERS = ("loss", "reach_news", "delay_news", "bad_after_act")
TARGET = Path(__file__).resolve().parents[2] / "docs" / "fit.json"


def task(seed: int, runs: int, users: int = USERS) -> Task:
    """The fit that is tried: four parameters and the level of trust, three series, their errors known."""
    asked = request("data-breach", users=users, horizon=f"{DAYS} d")
    hours = 24.0 * np.arange(DAYS)
    series = [
        Observed(shows, shows, "all", hours, 24.0, np.full(DAYS, 0.5), error, shows != "trust", None, ())
        for shows, error in (("trust", 0.01), ("mentions", 0.1), ("complaints", 0.1))
    ]
    varied = [Varied(factor, (factor.path,)) for factor in parameter_factors(PARAMETERS)]
    varied.append(Varied(Factor("brand.trust", 0.35, 0.55, unit="trust"), ("brand.trust",)))
    return Task(
        "recovery", "recovery", asked.scenario, "silence", datetime(2026, 1, 5, tzinfo=UTC), tuple(varied), (), False,
        tuple(series), runs, seed, "recovery",
    )  # fmt: skip


def simulated(one: Task, stage: str, kept: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the ranges and predictions of the runs of a task."""
    shares = prior_shares(one.seed, stage, one.runs, len(one.varied))
    parts = None if kept is None else Parts(kept / f"{one.seed}", {"runs": one.runs, **one.facts()})
    simulator = Simulator(one, request(one.scenario), kept=parts)
    return shares, simulator.run(stage, [changes_at(one.varied, row) for row in shares])


def rejected(table: Table, found: Posterior) -> Posterior:
    """Plain rejection: the runs that are nearest, as they are."""
    number = len(found.nearest) // 3
    best = np.argsort(-found.weight)[:number]
    return Posterior(table.z[found.nearest[best]], np.full(number, 1 / number), found.nearest[best], 0.0, 1.0)


def tried(table: Table, truth: np.ndarray, seen: np.ndarray) -> dict[str, dict[str, list[float]]]:
    """Over all cases and for each parameter: share inside the 90 % range, width of the range, error of the middle."""
    out: dict[str, list[list[np.ndarray]]] = {"regression": [], "rejection": []}
    for k in range(len(truth)):
        found = table.posterior_of(seen[k])
        for name, one in (("regression", found), ("rejection", rejected(table, found))):
            low, middle, high = one.quantiles((0.05, 0.5, 0.95))
            out[name].append([(low <= truth[k]) & (truth[k] <= high), high - low, np.abs(middle - truth[k])])
    return {
        name: {
            key: [round(float(v), 3) for v in np.mean([row[c] for row in rows], axis=0)]
            for c, key in enumerate(("inside", "width", "error"))
        }
        for name, rows in out.items()
    }


def searched(table: Table, truth: np.ndarray, seen: np.ndarray, cases: int = 10, trials: int = 100) -> list[float]:
    """Error of the best of Optuna's trials, each on the same luck, as standard normals of the prior."""
    import optuna
    from scipy.special import ndtri

    from sim.study.fit.predicted import in_form

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    one = table.task
    sd = table.outputs.std(axis=0)
    errors = []
    for k in range(cases):
        wanted = in_form(seen[k][None], one.observed)[0][0]
        simulator = Simulator(one, request(one.scenario), workers=1)

        def loss(trial: optuna.Trial) -> float:
            shares = np.array([trial.suggest_float(v.factor.path, 0.001, 0.999) for v in one.varied])
            runs = [simulator._simulated(number, changes_at(one.varied, shares)) for number in (1, 2)]  # noqa: B023
            return float(np.mean(((in_form(np.array(runs), one.observed)[0].mean(axis=0) - wanted) / sd) ** 2))  # noqa: B023

        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=k))
        study.optimize(loss, n_trials=trials)
        best = np.array([study.best_params[v.factor.path] for v in one.varied])
        errors.append(np.abs(ndtri(best) - truth[k]))
    return [round(float(v), 3) for v in np.mean(errors, axis=0)]


def measured(
    cases: int = CASES, runs: int = RUNS, users: int = USERS, kept: Path | None = None, optuna: bool = False
) -> dict:
    """All that is told in docs/fit.md."""
    from scipy.special import ndtri

    one = task(SEED, runs, users)
    shares, values = simulated(one, "prior", kept)
    table = Table(one, one.varied, shares, values)
    other = task(TRUTH_SEED, cases, users)
    truth, clean = simulated(other, "prior", kept)
    errors = np.tile([seen.error for seen in one.observed], (cases, 1))
    seen = with_errors(clean, one.observed, errors, draws.generator(TRUTH_SEED, "errors"))
    z = ndtri(truth)
    found = {
        "cases": cases, "runs": runs, "users": users, "days": DAYS, "seed": SEED, "truth_seed": TRUTH_SEED,
        "factors": [v.factor.path for v in one.varied],
        "methods": tried(table, z, seen),
    }  # fmt: skip
    if optuna:
        found["optuna"] = {"cases": 10, "trials": 100, "runs": 200, "error": searched(table, z, seen)}
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--optuna", action="store_true", help="also search with Optuna, on ten of the cases")
    parser.add_argument("--kept", type=Path, help="a folder in which runs are kept")
    options = parser.parse_args()
    result = measured(kept=options.kept, optuna=options.optuna)
    print(json.dumps(result, indent=1))
    write_text(TARGET, json.dumps(result, indent=1) + "\n")
