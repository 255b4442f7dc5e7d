"""Who meets an act, and when: each at the own time, after an exponential delay shaped by the daily cycle of reading.

The cycle stretches time: with the intensity 1 + swing cos(2 pi (t - peak) / 24) and its integral L, the meeting time t of
an act at t0 solves L(t) - L(t0) = E times the mean delay, E a unit exponential named by (user, act).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from sim.compiled import compiled
from sim.world.draws import exponential, uniform

_POINTS = 4096  # of the table that inverts L over a day; linear between them, off by less than 1e-4 h


class DailyCycle:
    """The integral of the daily cycle and its inverse. start_hour: hour of the day at time 0; peak in h, swing 0..1."""

    def __init__(self, start_hour: float, peak: float, swing: float):
        self.offset = start_hour - peak
        self.swing = swing
        self.inverse = _inverse(self.offset, swing)

    def passed(self, time: float) -> float:
        """L(time) - L(0): hours of reading until a time, h."""
        return float(time + _wave(time, self.offset, self.swing) - _wave(0.0, self.offset, self.swing))

    def when(self, passed: float) -> float:
        """The time (h) at which that many hours of reading have passed; the inverse of `passed`."""
        return float(_when(passed, self.inverse))


def _wave(hours, offset: float, swing: float):
    return swing * 24.0 / (2 * np.pi) * np.sin(2 * np.pi * (hours + offset) / 24.0)


@lru_cache(maxsize=64)
def _inverse(offset: float, swing: float) -> np.ndarray:
    """Times at which evenly spaced hours of reading have passed, over a day; the same for all runs of a scenario."""
    hours = np.linspace(0.0, 24.0, 4 * _POINTS + 1)
    passed = hours + _wave(hours, offset, swing) - _wave(0.0, offset, swing)
    return np.interp(np.linspace(0.0, 24.0, _POINTS + 1), passed, hours)


@compiled
def _when(passed, inverse):
    day = math.floor(passed / 24.0)
    place = (passed - 24.0 * day) / 24.0 * (inverse.size - 1)
    below = min(int(place), inverse.size - 2)
    return 24.0 * day + inverse[below] + (place - below) * (inverse[below + 1] - inverse[below])


@compiled
def meetings(audience, who, reach_key, delay_key, event, reach, passed, mean, latest, inverse, users, times):
    """Fill who meets an act and when; returns how many do.

    audience bool[n]; who u4[n]; event u8, the act's key; reach 0..1; passed: hours of reading at its time; mean, h;
    latest: later meetings are left out, h; inverse: of the daily cycle; users u4[n], times f8[n]: filled.
    """
    count = 0
    for i in range(audience.size):
        if audience[i] and uniform(reach_key, who[i], event) < reach:
            time = _when(passed + mean * exponential(delay_key, who[i], event), inverse)
            if time < latest:
                users[count] = i
                times[count] = time
                count += 1
    return count
