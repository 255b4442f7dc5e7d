"""Closed forms: what parts of the model must give, worked out on paper.

    talk      what a group ends up believing, and how fast; how far a lone opinion carries
    cascade   how far a story goes: sharers by depth, sizes, outbreaks; the shape of a cascade
    trust     wounds that heal, scars that stay, gains that fade; what a life of many impressions averages to
    waiting   a service desk as a queue; what waiting costs
    activity  how uneven the posting is

The functions take plain numbers and NumPy arrays, draw nothing and know nothing of the simulator, so they serve as
the oracle of its tests and as a calculator of their own. Times are hours, rates per hour, shares and trust 0..1.
"""

from sim.theory.activity import lognormal_share_active, lognormal_sigma, lognormal_top_share
from sim.theory.cascade import (
    cascade_by_depth,
    cascade_sizes_poisson,
    cascade_sizes_tree,
    final_size_network,
    final_size_poisson,
    listeners_along_tie,
    mean_cascade_size,
    reproduction_number,
    share_probability,
    structural_virality,
    told_and_heard,
)
from sim.theory.talk import (
    attenuation,
    degroot_limit,
    equal_weights,
    friedkin_johnsen,
    lone_disturbance,
    matrix_exponential,
    stationary_weights,
    talk_fixed_point,
    talk_solution,
    tie_weights,
)
from sim.theory.trust import earned_mean, gained, relaxed, stock_mean, trust_kept, trust_kept_mean
from sim.theory.waiting import mean_queue, mean_wait, wait_probability, waiting_wound

__all__ = [
    "attenuation",
    "cascade_by_depth",
    "cascade_sizes_poisson",
    "cascade_sizes_tree",
    "degroot_limit",
    "earned_mean",
    "equal_weights",
    "final_size_network",
    "final_size_poisson",
    "friedkin_johnsen",
    "gained",
    "listeners_along_tie",
    "lognormal_share_active",
    "lognormal_sigma",
    "lognormal_top_share",
    "lone_disturbance",
    "matrix_exponential",
    "mean_cascade_size",
    "mean_queue",
    "mean_wait",
    "relaxed",
    "reproduction_number",
    "share_probability",
    "stationary_weights",
    "stock_mean",
    "structural_virality",
    "talk_fixed_point",
    "talk_solution",
    "tie_weights",
    "told_and_heard",
    "trust_kept",
    "trust_kept_mean",
    "wait_probability",
    "waiting_wound",
]
