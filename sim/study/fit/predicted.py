"""What a run says of the observed series, and how the two are compared.

A prediction is the value the run gives for each observed one, before any error. To compare, errors of observation are
added and both are brought into the same form: trust as it is, or without its mean where the level is free; counts as
square roots, of people or, where the factor is free, against their own mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.dynamics import observe
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.study.fit.observed import Observed

_COUNTED = {
    "mentions": ("heard", "shared", "posts_positive", "posts_negative"),
    "interest": ("met", "heard"),
    "complaints": ("complaints_opened",),
}


def predicted(engine: Engine, observed: Sequence[Observed]) -> np.ndarray:
    """What a finished run gives for every observed value, one series after the other; counts are of its own users."""
    rows = engine.rows[: int(engine.state[s.STEP]) + 1]
    series = observe.table(rows)
    hours = np.arange(len(rows)) * engine.setup.step
    return np.concatenate([_one(series, hours, seen, engine.n) for seen in observed])


def _one(series: Mapping[str, np.ndarray], hours: np.ndarray, seen: Observed, users: int) -> np.ndarray:
    if seen.is_count:
        total = np.sum([series[name] for name in _COUNTED[seen.shows]], axis=0).astype(np.float64)
        of_people = seen.audience / users if seen.audience is not None else 1.0
        return of_people * _between(hours, total, seen)
    trust = series["trust" if seen.of == "all" else "followers_trust"]
    if seen.width == 0.0:
        return np.interp(seen.hours, hours, trust)
    area = np.concatenate([[0.0], np.cumsum((trust[1:] + trust[:-1]) / 2 * np.diff(hours))])
    return _between(hours, area, seen) / seen.width


def _between(hours: np.ndarray, total: np.ndarray, seen: Observed) -> np.ndarray:
    """The growth of what is summed over time, over the time of each value."""
    return np.interp(seen.hours + seen.width, hours, total) - np.interp(seen.hours, hours, total)


def places(observed: Sequence[Observed]) -> list[slice]:
    """Where each series stands in a prediction."""
    ends = np.cumsum([len(seen.values) for seen in observed])
    return [slice(int(end) - len(seen.values), int(end)) for end, seen in zip(ends, observed, strict=True)]


def with_errors(
    values: np.ndarray, observed: Sequence[Observed], errors: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Predictions f8[runs, values] as they would have been observed. errors f8[runs, series], standard deviations."""
    out = np.array(values, dtype=np.float64)
    for k, (seen, place) in enumerate(zip(observed, places(observed), strict=True)):
        noise = errors[:, k, None] * generator.standard_normal(out[:, place].shape)
        if seen.is_count:
            out[:, place] *= np.exp(noise - errors[:, k, None] ** 2 / 2)
        else:
            out[:, place] = np.clip(out[:, place] + noise, 0.0, 1.0)
    return out


def in_form(values: np.ndarray, observed: Sequence[Observed]) -> tuple[np.ndarray, np.ndarray]:
    """Observed or predicted values f8[runs, values] in the form that is compared, and how rough each series is.

    Roughness, f8[runs, series]: log of the standard deviation of second differences, which tells the error of observation.
    """
    out, rough = np.array(values, dtype=np.float64), []
    for seen, place in zip(observed, places(observed), strict=True):
        part = out[:, place]
        if seen.is_count:
            mean = part.mean(axis=1, keepdims=True) if seen.free else np.ones((len(part), 1))
            part = np.sqrt(part / np.where(mean > 0, mean, 1.0))
        elif seen.free:
            part = part - part.mean(axis=1, keepdims=True)
        out[:, place] = part
        rough.append(np.log(np.diff(part, 2, axis=1).std(axis=1) + 1e-4))
    return out, np.column_stack(rough)


def at_own_level(values: np.ndarray, observed: Sequence[Observed]) -> tuple[np.ndarray, np.ndarray]:
    """Predictions brought to the level or size that was observed, where that is free; and by how much, f8[runs, series].

    A factor on counts (1 where it is not free, NaN where a run has none at all), a difference of trust (0 where not).
    """
    out = np.array(values, dtype=np.float64)
    by = np.zeros((len(out), len(observed)))
    for k, (seen, place) in enumerate(zip(observed, places(observed), strict=True)):
        by[:, k] = 1.0 if seen.is_count else 0.0
        if seen.free:
            mean = out[:, place].mean(axis=1)
            if seen.is_count:
                by[:, k] = seen.values.mean() / np.where(mean > 0, mean, np.nan)
                out[:, place] *= np.nan_to_num(by[:, k, None])
            else:
                by[:, k] = seen.values.mean() - mean
                out[:, place] += by[:, k, None]
    return out, by
