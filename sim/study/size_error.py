"""By how much a mean may be off because few users were simulated: as `experiments/size/measure.py` measured it.

The reference arms of data-breach, false-claim and spam-campaign over 25 d, against the same at 16,000 users. An entry is
the largest difference seen in any of them, with half of its 95 % interval: what cannot be excluded, as a share.
Larger networks were not measured: what holds at 16,000 is taken to hold for millions, and results say so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

LARGEST = 16_000
SIZES = (500, 1000, 2000, 4000, 8000)
ERRORS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "followers_lost": (0.378, 0.196, 0.161, 0.263, 0.216),
        "followers_end": (0.017, 0.012, 0.009, 0.008, 0.008),
        "complaints": (0.456, 0.373, 0.43, 0.538, 0.437),
        "largest_story": (0.471, 0.565, 0.3, 0.419, 0.463),
    }
)


def size_error(measure: str, users: int) -> float:
    """The share by which the mean of a measure may differ at so many users; NaN where that was not measured.

    Between sizes by the logarithm of the number of users, outside that of the nearest size.
    """
    if measure not in ERRORS:
        return math.nan
    return float(np.interp(math.log(users), np.log(SIZES), ERRORS[measure]))
