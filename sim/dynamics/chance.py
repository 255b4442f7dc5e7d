"""What comes by chance: hazards, the voices of employees, and their slips.

All three are streams of candidates at a constant rate, of which some are kept. A candidate is named by its number, so a
securer brand has the same bad luck thinned out, and a more open one has the same voices and some more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from sim.scenario.acts import Act, Kind, on_channels, usual_act
from sim.scenario.parameters import Numbers
from sim.scenario.parts import Policy
from sim.world import draws

_FIRST_LOOK = 16  # candidates drawn at first; doubled until they pass the horizon


def hazards(policy: Policy, kinds: Mapping[str, Kind], numbers: Numbers, seed: int, horizon: float) -> Iterator[Act]:
    """The acts that a brand is exposed to, before the horizon (h); each is public as it happens.

    Candidate n of a kind, at the rate of security 0, happens when uniform(n) >= security, at (1 - security) of its
    size. seed: of the events.
    """
    for kind, rate in policy.hazards.items():
        times = _times(seed, f"hazard {kind}", rate, horizon)
        for n in np.flatnonzero(_coins(seed, f"hazard kept {kind}", times) >= policy.security):
            act = usual_act(kinds[kind], numbers, id=f"{hazard_of(kind)} #{n + 1}", at=float(times[n]))
            size = act.magnitude * (1.0 - policy.security)
            yield on_channels(replace(act, magnitude=size, hidden=False, found_mean=None), policy.channels)


def voices(policy: Policy, kinds: Mapping[str, Kind], numbers: Numbers, seed: int, horizon: float) -> Iterator[Act]:
    """What employees post when they may: a share `openness` of their stories, and its square of their slips."""
    if policy.openness == 0.0:
        return
    times = _times(seed, "employee voice", numbers.openness_posts, horizon)
    for n in np.flatnonzero(_coins(seed, "employee voice kept", times) < policy.openness):
        yield usual_act(kinds["employee_story"], numbers, id=f"{VOICE} #{n + 1}", at=float(times[n]))
    times = _times(seed, "slip", numbers.openness_slips, horizon)
    rude = _coins(seed, "slip kind", times) < numbers.slip_rude
    for n in np.flatnonzero(_coins(seed, "slip kept", times) < policy.openness**2):
        kind = kinds["rude_reply" if rude[n] else "off_brand_post"]
        yield on_channels(usual_act(kind, numbers, id=f"{SLIP} #{n + 1}", at=float(times[n])), policy.channels)


VOICE, SLIP = "employee voice", "slip"


def hazard_of(kind: str) -> str:
    """What the hazards of a kind are called, together."""
    return f"{kind} hazard"


def _times(seed: int, purpose: str, rate: float, horizon: float) -> np.ndarray:
    """When the candidates of a stream come, h: each a unit exponential over the rate (1/h) after the one before."""
    if rate <= 0.0:
        return np.zeros(0)
    key, count = draws.stream(seed, purpose), _FIRST_LOOK
    while True:
        times = np.cumsum(draws.exponentials(key, 0, np.arange(count))) / rate
        if times[-1] >= horizon:
            return times[times < horizon]
        count *= 2


def _coins(seed: int, purpose: str, times: np.ndarray) -> np.ndarray:
    """One uniform for each candidate of a stream."""
    return draws.uniforms(draws.stream(seed, purpose), 0, np.arange(len(times)))
