"""Arms on common draws: every arm meets the same people, the same hazards and the same luck, replicate by replicate.

both = compare("data-breach", replicates=50, seed=1)
both.measures, both.differences, both.best, both.bands, both.how_sure.chances()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from sim.dynamics.rules import Rule
from sim.errors import RippleError
from sim.scenario.scenario import Scenario
from sim.study import how_sure as sureness
from sim.study.comparison import Comparison, put_together
from sim.study.kept import Kept, what_is_asked
from sim.study.precision import LEVEL, MOST, Precision, looks
from sim.study.precision import precision as precision_of
from sim.study.replicate import Replicate, replicate_seeds
from sim.study.request import request, seed_of, whole_number
from sim.study.running import Runner
from sim.study.summaries import CONFIDENCE

__all__ = ["Comparison", "compare", "replicate_seeds"]

DRAWS_EACH, MOST_DRAWS = 4, 160  # draws of parameters for each replicate, and at most (six arms: a minute on two cores)


def compare(
    scenario: str | Path | Mapping[str, object] | Scenario,
    *,
    replicates: int | None = None,
    precision: str | None = None,
    how_sure: bool | int = True,
    seed: int | None = None,
    network: object = None,
    users: int | None = None,
    horizon: float | str | None = None,
    changes: Mapping[str, object] | None = None,
    arms: Sequence[str] | None = None,
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
    keep_in: str | Path | None = None,
) -> Comparison:
    """Run every arm of a scenario on common draws over replicates, each against its quiet twin.

    replicates: at least 2, by default 30; what differs between them says `vary` of the scenario. precision: "5%" (of the
    reference's value) or "2points": instead, as many as the joint interval of trust-days lost needs, looked at after 30,
    60, 120 ... up to `replicates` (960). how_sure: also vary what was assumed, see `sim.study.how_sure`; True: 4 draws of
    the parameters for each replicate and at most 160, or a number of draws.
    arms: some of its arms, the first is the reference; rules: of your own, in every arm and in the quiet twin, beside
    those that the scenario names, which are executed with allow_code=True only; workers: threads; progress: called with
    the share done. keep_in: a folder where finished replicates are kept; one that holds some of the same request goes on
    with them. The result depends neither on workers nor on interruptions.
    Raises RippleError for anything that does not fit; KeyboardInterrupt stops all threads.
    """
    wanted = None if precision is None else precision_of(precision)
    count = whole_number(replicates if replicates is not None else MOST if wanted else 30, "replicates", least=2)
    steps = looks(count) if wanted else [count]
    base = seed_of(seed)
    asked = request(
        scenario, network=network, users=users, horizon=horizon, changes=changes, rules=rules, allow_code=allow_code
    )
    chosen = list(arms) if arms is not None else list(asked.scenario.arms)
    for arm in chosen:
        asked.scenario.arm(arm)
    if len(set(chosen)) < len(chosen) or not chosen:
        raise RippleError("arms: name each arm once, and at least one")
    n_draws = _draws(how_sure, steps[0])
    kept = None
    if keep_in is not None:
        facts = {"replicates": count, "precision": wanted and wanted.words, "parameter_draws": n_draws}
        kept = Kept(keep_in, what_is_asked(asked, chosen, base, **facts))
    runner = Runner(asked, chosen, base, workers=workers, progress=progress, kept=kept)
    points = sureness.drawn_points(asked.scenario, n_draws, base) if n_draws else None
    done, found = _replicates(runner, steps, wanted, n_draws)
    told = None
    if points is not None:
        rows = [(k, dict(zip(points.columns, map(float, row), strict=True))) for k, row in enumerate(points.to_numpy())]
        seeds = [replicate_seeds(asked.scenario, base, k).events for k in range(n_draws)]
        told = sureness.put_together(points, chosen, runner.draws(rows), seeds)
    level = LEVEL if wanted and len(steps) > 1 else CONFIDENCE
    return put_together(asked.scenario, chosen, base, done, level=level, how_sure=told, facts=found)


def _draws(how_sure: bool | int, replicates: int) -> int:
    """How many draws of parameters are run."""
    if how_sure is True:
        return min(DRAWS_EACH * replicates, MOST_DRAWS)
    return whole_number(how_sure, "how_sure", least=2) if how_sure else 0


def _replicates(
    runner: Runner, steps: Sequence[int], wanted: Precision | None, n_draws: int
) -> tuple[list[Replicate], dict[str, object]]:
    """Replicates until the precision is reached or no step is left, and what is told of that."""
    done: list[Replicate] = []
    told: dict[str, object] = {}
    for number, step in enumerate(steps):
        runner.expected = step + n_draws
        done += runner.replicates(range(len(done), step))
        if wanted is not None:
            values = np.array([[one.measures[arm][wanted.measure] for arm in runner.arms] for one in done])
            reached, half, needed = wanted.reached(values)
            told = {"asked": wanted.words, "measure": wanted.measure, "reached": reached, "half": half, "wanted": needed,
                    "looks": list(steps[: number + 1]), "most": steps[-1]}  # fmt: skip
            if reached:
                break
    return done, {"precision": told} if told else {}
