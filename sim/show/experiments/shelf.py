"""The experiments that come with Trust Ripple, by name, in the order of the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sim.show.experiments import crises, numbers, voices
from sim.show.experiments.counted import Shown
from sim.study.sweep.opened import Sweep

SHOWN: Mapping[str, Callable[[Sweep], Shown]] = {
    "reply-time": crises.reply_time,
    "storm": crises.storm,
    "networks": crises.networks,
    "prepared": crises.prepared,
    "openness": voices.openness,
    "posting": voices.posting,
    "channels": voices.channels,
    "ranking": numbers.ranking_of_responses,
    "what-matters": numbers.what_matters,
    "shares": numbers.shares,
    "size": numbers.size,
}


def shown(sweep: Sweep) -> Shown:
    """What an experiment of the library showed. Raises KeyError for one that is not in the library."""
    return SHOWN[sweep.experiment.name](sweep)
