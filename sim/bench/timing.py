"""Times of things that are compared: in one process, in turn, so that what slows the machine slows all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence


def interleaved(
    rivals: Mapping[str, Callable[[], object]],
    repeat: int,
    before: Mapping[str, Callable[[], object]] | None = None,
    warm: bool = True,
) -> dict[str, list[float]]:
    """Seconds of each rival, `repeat` of them: A B A B ..., after each ran once unmeasured (warm).

    before: what is done before each measured call of a rival, outside the measured time.
    Garbage is collected before each call and not during one: no call pays for another's, and no runs pile up.
    """
    before = before or {}
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    collecting = gc.isenabled()
    gc.collect()
    gc.freeze()  # what is there already need not be looked through each time
    gc.disable()
    try:
        for round_ in range(-1 if warm else 0, repeat):
            for name, work in rivals.items():
                gc.collect()
                if name in before:
                    before[name]()
                start = time.perf_counter()
                work()
                took = time.perf_counter() - start
                if round_ >= 0:
                    seconds[name].append(took)
    finally:
        gc.unfreeze()
        if collecting:
            gc.enable()
    return seconds


def alone(work: Callable[[], object], repeat: int, warm: bool = True) -> list[float]:
    """Seconds of one thing."""
    return interleaved({"it": work}, repeat, warm=warm)["it"]


def ratios(one: Sequence[float], other: Sequence[float]) -> list[float]:
    """one / other, round by round: both of a round met the same machine."""
    return [a / b for a, b in zip(one, other, strict=True)]


def scaled(values: Sequence[float], factor: float) -> list[float]:
    """Each value times a factor."""
    return [value * factor for value in values]


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)
