"""What a strategist asks of a run, against its quiet twin: the same people, draws and calendar without the crisis.

All measures in the units of `sim.scenario.measures_named`: trust in points (0-100), time in hours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.dynamics import ledger, observe
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.rules import Rule
from sim.dynamics.setup import Seeds, without_word_of_mouth
from sim.scenario.parameters import Numbers
from sim.scenario.scenario import Scenario
from sim.study.request import request, seed_of

if TYPE_CHECKING:
    import pandas as pd

WINDOW = 24.0  # h over which the floor and trust at the end are means
REGAINED, REGAINED_FOR = 0.1, 72.0  # regained: the gap stays under this share of its largest value, for so many hours


@dataclass(frozen=True)
class Trace:
    """What the measures need of one finished run.

    trust f8[rows], mean expressed trust 0..1 at multiples of `step` h; mean_trust f4[n], of each user over time;
    heard: users who heard the story that went furthest by word of mouth; direct, spread: own book of the acts;
    followers at the start and at the end; complaints opened and answered, and the mean age at which they were, h (NaN
    when none was); opinions posted by sign; follows b[n], who follows the brand at the end.
    """

    step: float
    trust: np.ndarray
    mean_trust: np.ndarray
    heard: int
    n_users: int
    direct: float
    spread: float
    cost: float
    followers_start: int
    followers_end: int
    complaints: int
    answered: int
    waiting: float
    posts_positive: int
    posts_negative: int
    follows: np.ndarray

    @classmethod
    def of(cls, engine: Engine) -> Trace:
        """The trace of a finished engine; raises ArithmeticError when its books do not close."""
        ledger.check(engine)
        marked = np.array([out.act.id not in engine.setup.calendar for out in engine.out], dtype=bool)
        heard = engine.acts["n_heard"][: len(engine.out)][marked]
        direct, spread = _main_act(engine)
        seen = observe.table(engine.rows)
        return cls(
            step=engine.setup.step,
            trust=seen["trust"],
            mean_trust=engine.mean_trust_over_time(),
            heard=int(heard.max()) if heard.size else 0,
            n_users=engine.n,
            direct=direct,
            spread=spread,
            cost=engine.setup.cost
            + sum(act.cost for act in engine.agenda.happened if act.id not in engine.setup.calendar),
            followers_start=int(seen["followers"][0]),
            followers_end=int(seen["followers"][-1]),
            complaints=int(seen["complaints_opened"][-1]),
            answered=int(seen["complaints_answered"][-1]),
            waiting=float(seen["waiting_hours"][-1]),
            posts_positive=int(seen["posts_positive"][-1]),
            posts_negative=int(seen["posts_negative"][-1]),
            follows=(engine.flags[: engine.n] & s.FOLLOWS) != 0,
        )


def _main_act(engine: Engine) -> tuple[float, float]:
    """Own-book accounts of the act outside the calendar with the largest direct account: direct, and all but response."""
    regular = {act.split(" #")[0] for act in engine.setup.calendar}
    rows = [row for row, cause in enumerate(engine.causes) if row >= len(s.CAUSES) and cause not in regular]
    if not rows:
        return 0.0, 0.0
    main = max(rows, key=lambda row: abs(engine.books[row, s.DIRECT]))
    return float(engine.books[main, s.DIRECT]), float(engine.books[main, : s.RESPONSE].sum())


def measures(run: Trace, twin: Trace, numbers: Numbers, floor: float | None = None) -> dict[str, float]:
    """All decision measures of a run against its quiet twin. numbers: the model's parameters; floor: named level, 0..1."""
    gap = twin.trust - run.trust
    low, low_gap = _floor(run, twin)
    hours, regained = _regained(gap, run.step)
    worst = max(1, math.ceil(numbers.worst_share * run.n_users))
    loss = np.partition(np.asarray(twin.mean_trust, np.float64) - run.mean_trust, -worst)[-worst:]
    return {
        "floor": 100 * low,
        "floor_gap": 100 * low_gap,
        "trust_days_lost": 100 * float(np.sum(gap[1:] + gap[:-1])) / 2 * run.step / 24.0,
        "regained_hours": hours,
        "share_regained": float(regained),
        "worst_loss": 100 * float(loss.mean()),
        "largest_story": run.heard / run.n_users,
        "storm": float(run.heard > numbers.storm_share * run.n_users),
        "below_floor": math.nan if floor is None else float(low < floor),
        "trust_end": 100 * float(run.trust[-_in_window(run) :].mean()),
        "followers_end": run.followers_end / run.n_users,
        "followers_lost": _share(twin.followers_end - run.followers_end, run.followers_start, none=0.0),
        "complaints": 1000 * run.complaints / run.n_users,
        "complaints_unanswered": _share(run.complaints - run.answered, run.complaints, none=0.0),
        "waiting": run.waiting,
        "posts_negative": _share(run.posts_negative, run.posts_positive + run.posts_negative, none=math.nan),
        "cost": run.cost,
        "ripple": run.spread / run.direct if run.direct else math.nan,
    }


def _share(part: int, whole: int, *, none: float) -> float:
    """part / whole; `none` where there is no whole."""
    return part / whole if whole else none


def _in_window(run: Trace) -> int:
    """How many rows the window of the floor and of the end has."""
    return max(1, min(len(run.trust), round(WINDOW / run.step)))


def _floor(run: Trace, twin: Trace) -> tuple[float, float]:
    """The lowest mean of trust over a window, and how far the twin stands above it there."""
    width = _in_window(run)
    window = np.ones(width) / width
    ours, theirs = np.convolve(run.trust, window, "valid"), np.convolve(twin.trust, window, "valid")
    at = int(np.argmin(ours))
    return float(ours[at]), float(theirs[at] - ours[at])


def _regained(gap: np.ndarray, step: float) -> tuple[float, bool]:
    """The first hour after the largest gap from which it stays small; the horizon where that never comes."""
    worst = int(np.argmax(gap))
    if gap[worst] <= 0.0:
        return 0.0, True
    small = gap[worst:] < REGAINED * gap[worst]
    needed = max(1, round(REGAINED_FOR / step)) + 1
    run_length = 0
    for k, is_small in enumerate(small):
        run_length = run_length + 1 if is_small else 0
        if run_length == needed:
            return (worst + k - needed + 1) * step, True
    return (len(gap) - 1) * step, False


def ripple_multipliers(
    scenario: str | Path | Mapping[str, object] | Scenario,
    *,
    arm: str | None = None,
    seed: int | None = None,
    network: object = None,
    users: int | None = None,
    horizon: float | str | None = None,
    changes: Mapping[str, object] | None = None,
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
) -> pd.DataFrame:
    """How much word of mouth multiplies each act, read from the books and by knock-out.

    Returns a table act, direct, spread, books, knockout. `books`: all that the act did to mean own trust but time and
    responses, over what it did to those who met it; `knockout`: the same over what it does, with the same draws, when
    nobody passes anything on. direct and spread in points of mean own trust. Acts that met nobody are left out.
    """
    import pandas as pd  # nothing else here needs it, and pages that start quickly measure too

    asked = request(
        scenario, network=network, users=users, horizon=horizon, changes=changes, rules=rules, allow_code=allow_code
    )
    seeds = Seeds.of(seed_of(seed))
    setup = asked.setup(arm, seeds)
    talked, silent = Engine(setup).run(), Engine(without_word_of_mouth(setup)).run()
    rows = []
    for row, cause in enumerate(talked.causes):
        direct, spread = talked.books[row, s.DIRECT], talked.books[row, : s.RESPONSE].sum()
        alone = silent.books[silent.cause_of[cause], s.DIRECT] if cause in silent.cause_of else 0.0
        if row >= len(s.CAUSES) and direct and alone:
            rows.append((cause, 100 * direct / talked.n, 100 * spread / talked.n, spread / direct, spread / alone))
    return pd.DataFrame(rows, columns=["act", "direct", "spread", "books", "knockout"])
