"""`sim.fit`: what observed series say of the numbers of a scenario."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.dynamics import first_start
from sim.errors import RippleError
from sim.scenario.scenario import Scenario
from sim.study.fit.fitted import CASES, DRAWS, Fit
from sim.study.fit.inference import Posterior, Summaries, posterior
from sim.study.fit.laid_aside import Parts
from sim.study.fit.predicted import at_own_level, in_form, places, with_errors
from sim.study.fit.reading import Task, load_fit
from sim.study.fit.runs import Simulator, changes_at, prior_shares
from sim.study.fit.sensitive import LOOK, shown_by
from sim.study.provenance import provenance, version
from sim.study.request import Request, request
from sim.study.sweep import amounts
from sim.study.sweep.factors import Varied, value_in
from sim.world import draws

PREDICTIVE = 100  # runs at draws of the posterior
_SURE = 1e-6


def fit(
    source: str | Path | Mapping[str, Any],
    *,
    runs: int | None = None,
    users: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    allow_code: bool = False,
    progress: Callable[[float], None] | None = None,
    keep_in: str | Path | None = None,
) -> Fit:
    """Fit the chosen numbers of a scenario to observed series: a fit file, or the same as a dict.

    runs, users, seed: in place of those of the file; workers: threads; progress: called with the share done. keep_in: a
    folder where finished runs are laid aside; one that holds some of the same request goes on with them. The result
    depends neither on workers nor on interruptions.
    Raises RippleError for anything that does not fit; KeyboardInterrupt stops all threads.
    """
    first_start.begin()
    given = {"runs": runs, "users": users, "seed": seed}
    task = load_fit(source, {key: value for key, value in given.items() if value is not None})
    asked = request(alone(task.scenario, task.arm), allow_code=allow_code)
    kept = Parts(keep_in, _facts(task)) if keep_in is not None else None
    total = task.runs + PREDICTIVE + (LOOK if task.auto else 0)
    simulator = Simulator(
        task, asked, workers=workers, kept=kept,
        progress=None if progress is None else lambda done: progress(min(1.0, done / total)),
    )  # fmt: skip
    table = Table.of(simulator, task)
    return _put_together(simulator, asked, table)


class Table:
    """Runs at draws of the prior, and what of them is compared: everything that does not depend on what was observed.

    z f8[runs, told + errors]: draws as standard normals; values f8[runs, values]: predictions, before errors; errors
    f8[runs, series]; outputs, rough: as compared. told: the factors that are looked for.
    """

    def __init__(self, task: Task, varied: tuple[Varied, ...], shares: np.ndarray, values: np.ndarray):
        from scipy.special import ndtri

        self.task, self.varied, self.values = task, varied, values
        number = len(varied)
        error_factors = task.errors
        own = shares[:, shares.shape[1] - len(error_factors) :]
        self.shares = np.column_stack([shares[:, :number], own])
        self.z = ndtri(np.clip(self.shares, _SURE, 1 - _SURE))
        self.factors = [*(one.factor for one in varied), *(factor for _, factor in error_factors)]
        self.errors = errors_of(task, own)
        noise = draws.generator(task.seed, "fit: errors of observation")
        self.noisy = with_errors(values, task.observed, self.errors, noise)
        self.outputs, self.rough = in_form(self.noisy, task.observed)
        self.summaries = Summaries(self.outputs, self.rough, places(task.observed))

    @classmethod
    def of(cls, simulator: Simulator, task: Task) -> Table:
        """Run the table of a task; an automatic one looks first which parameters the series show."""
        varied, others = task.varied, task.others
        if task.auto:
            every = (*varied, *others)
            shares = prior_shares(task.seed, "look", LOOK, len(every))
            values = simulator.run("look", [changes_at(every, row) for row in shares])
            found = shown_by(in_form(values, task.observed)[0], shares[:, len(varied) :], task.seed)
            varied = (*varied, *(others[k] for k in found))
            others = tuple(one for k, one in enumerate(others) if k not in found)
            if not varied:
                raise RippleError(
                    f"{task.origin}: the series hang on no parameter that could be told from luck in {LOOK} runs of "
                    f"{task.scenario.network.users or 'all'} users; more users, or name `parameters`"
                )
        every = (*varied, *others)
        shares = prior_shares(task.seed, "prior", task.runs, len(every) + len(task.errors))
        values = simulator.run("prior", [changes_at(every, row[: len(every)]) for row in shares])
        return cls(task, varied, shares, values)

    def posterior_of(self, seen: np.ndarray, without: int | None = None) -> Posterior:
        """The posterior of observed values f8[values], from all runs, or all but one."""
        outputs, rough = in_form(seen[None], self.task.observed)
        return posterior(self.z, self.summaries, outputs[0], rough[0], without=without)


def alone(scenario: Scenario, arm: str) -> Scenario:
    """The scenario with one arm only, and nothing that is said of others: it is checked anew for every run."""
    others: dict[str, object] = {"expect": None, "lesson": None}
    return scenario.changed({**others, **{f"arms.{name}": None for name in scenario.arms if name != arm}})


def errors_of(task: Task, shares: np.ndarray) -> np.ndarray:
    """Errors of observation, f8[runs, series]: as the file says, or at shares of their range."""
    out = np.empty((len(shares), len(task.observed)))
    out[:] = [seen.error or 0.0 for seen in task.observed]
    for column, (k, factor) in enumerate(task.errors):
        out[:, k] = factor.at(shares[:, column])
    return out


def _facts(task: Task) -> dict[str, object]:
    return {
        "program": "trust-ripple",
        "version": version("trust-ripple"),
        "scenario": hashlib.sha256(task.scenario.to_yaml().encode()).hexdigest(),
        "arm": task.arm,
        "seed": task.seed,
        "runs": task.runs,
        **task.facts(),
    }


def _put_together(simulator: Simulator, asked: Request, table: Table) -> Fit:
    from scipy.special import ndtr

    task = table.task
    seen = np.concatenate([one.values for one in task.observed])
    found = table.posterior_of(seen)
    number = len(table.varied)
    pick = draws.generator(task.seed, "fit: draws of the posterior").random()
    places_of = np.searchsorted(np.cumsum(found.weight), (np.arange(DRAWS) + pick) / DRAWS).clip(0, len(found.z) - 1)
    shares = np.clip(ndtr(found.z[places_of]), _SURE, 1 - _SURE)
    shares = shares[draws.generator(task.seed, "fit: order of the draws").permutation(DRAWS)]
    drawn = pd.DataFrame({f.path: f.at(shares[:, k]) for k, f in enumerate(table.factors)}).rename_axis("point")
    others = _other_shares(table, found, places_of)
    points = [
        changes_at(table.varied, row[:number]) | changes_at(others[0], other)
        for row, other in zip(shares[:PREDICTIVE], others[1][:PREDICTIVE], strict=True)
    ]
    values = simulator.run("posterior", points)
    errors = errors_of(task, shares[:PREDICTIVE, number:])
    noisy = with_errors(values, task.observed, errors, draws.generator(task.seed, "fit: errors of the posterior"))
    names = [factor.path for factor in table.factors]
    return Fit(
        title=task.title,
        scenario=task.scenario,
        arm=task.arm,
        parameters=_parameters(table, found),
        correlations=pd.DataFrame(_correlations(found), index=names, columns=names),
        draws=drawn,
        bands=_bands(table, noisy),
        levels=_levels(task, values),
        check=_checked(table, found),
        notes=tuple(note for one in task.observed for note in one.notes),
        provenance=provenance(
            task.scenario, asked.world(_seeds(task)).graph, fit=1, seed=task.seed, arm=task.arm, runs=task.runs,
            starts=task.starts.isoformat(), varied=[one.factor.path for one in table.varied], auto=task.auto,
            others="vary" if task.others else "default", distance=found.distance, farthest=found.farthest,
        ),
        varied=table.varied,
    )  # fmt: skip


def _seeds(task: Task) -> Any:
    from sim.study.replicate import replicate_seeds

    return replicate_seeds(task.scenario, task.seed, 0)


def _other_shares(table: Table, found: Posterior, chosen: np.ndarray) -> tuple[list[Varied], np.ndarray]:
    """The other parameters of the predictive runs: those of the runs that the draws come from."""
    others = [one for one in table.task.others if one not in table.varied]
    width = len(table.varied) + len(others) + len(table.task.errors)
    shares = prior_shares(table.task.seed, "prior", table.task.runs, width)
    return others, shares[found.nearest[chosen], len(table.varied) : len(table.varied) + len(others)]


def _parameters(table: Table, found: Posterior) -> pd.DataFrame:
    """What each number may be before and after the data."""
    from scipy.special import ndtr

    inner = ndtr(found.quantiles((0.05, 0.5, 0.95)))
    rows = []
    for k, factor in enumerate(table.factors):
        own = None if k >= len(table.varied) else value_in(table.task.scenario, table.varied[k].paths[0])
        before, after = [factor.at(q) for q in (0.05, 0.5, 0.95)], [factor.at(float(q)) for q in inner[:, k]]
        quantity = amounts.read(own)
        default = float(quantity[0]) if quantity is not None else np.nan
        told = 1.0 - min(1.0, float(found.variance[k]))
        rows.append((factor.path, factor.unit, default, *before, *after, told, k >= len(table.varied)))
    columns = [
        "factor",
        "unit",
        "default",
        "prior_low",
        "prior_middle",
        "prior_high",
        "low",
        "middle",
        "high",
        "told",
        "error",
    ]
    return pd.DataFrame(rows, columns=columns)


def _correlations(found: Posterior) -> np.ndarray:
    away = found.z - found.weight @ found.z
    matrix = (found.weight[:, None] * away).T @ away
    sd = np.sqrt(np.diag(matrix))
    return matrix / np.maximum(np.outer(sd, sd), 1e-12)


def _bands(table: Table, noisy: np.ndarray) -> pd.DataFrame:
    """Each observed value beside what the prior and the posterior would have let one expect."""
    observed = table.task.observed
    after, before = at_own_level(noisy, observed)[0], at_own_level(table.noisy, observed)[0]
    parts = []
    for seen, place in zip(observed, places(observed), strict=True):
        low, q25, middle, q75, high = np.quantile(after[:, place], (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
        first, last = np.quantile(before[:, place], (0.05, 0.95), axis=0)
        parts.append(
            pd.DataFrame({
                "series": seen.name, "shows": seen.shows, "hour": seen.hours, "observed": seen.values,
                "prior_q05": first, "prior_q95": last, "q05": low, "q25": q25, "q50": middle, "q75": q75, "q95": high,
                "inside": (seen.values >= low) & (seen.values <= high),
            })
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _levels(task: Task, values: np.ndarray) -> pd.DataFrame:
    """The factors on counts and differences of level that were free, with their ranges."""
    by = at_own_level(values, task.observed)[1]
    rows = [
        (seen.name, "factor" if seen.is_count else "difference", *np.nanquantile(by[:, k], (0.05, 0.5, 0.95)))
        for k, seen in enumerate(task.observed)
        if seen.free and np.isfinite(by[:, k]).any()
    ]
    return pd.DataFrame(rows, columns=["series", "what", "low", "middle", "high"])


def _checked(table: Table, found: Posterior) -> pd.DataFrame:
    """How often the 90 % ranges hold the truth, in runs like the data whose parameters are known."""
    count = min(CASES, len(found.nearest))
    step = np.argsort(-found.weight, kind="stable")[:count]
    inside = np.zeros(len(table.factors))
    for row in found.nearest[step]:
        one = table.posterior_of(table.noisy[row], without=int(row))
        low, high = one.quantiles((0.05, 0.95))
        inside += (low <= table.z[row]) & (table.z[row] <= high)
    return pd.DataFrame({"factor": [f.path for f in table.factors], "inside": inside / count, "cases": count})
