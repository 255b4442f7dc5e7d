"""The network from wherever it comes: `as_graph` takes a file, a NetworkX graph, a SciPy matrix, a pandas frame.

Neither of these libraries is imported here: what is given is known by what it can do.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import RippleError, did_you_mean
from sim.world.build import from_edges
from sim.world.frozen import Graph
from sim.world.generators import GENERATORS, generate
from sim.world.labels import label_rows

if TYPE_CHECKING:
    import networkx
    import pandas

__all__ = [
    "GENERATORS",
    "Graph",
    "as_graph",
    "from_edges",
    "from_frame",
    "from_networkx",
    "from_scipy",
    "generate",
]
