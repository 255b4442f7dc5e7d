"""Users stay where they stand in the picture when only their ties changed, so that the eye can follow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.show.replay.places import MOST_TIES, Places, ties_between
from sim.world.people import World


def moved(places: Places, world: World) -> Places:
    """The same users at the same places, with the ties they have in another world."""
    rows = np.argsort(world.order)[places.first]
    graph = world.graph_as_read
    if not places.whole:
        kept = np.zeros(graph.n_users, dtype=bool)
        kept[places.first] = True
        part = graph.induced(kept, "sampled for a picture")
    else:
        part = graph
    ties, n_ties = ties_between(part.start, part.heard, MOST_TIES)
    listeners = np.asarray(graph.n_listeners)[places.first].astype(np.uint32)
    return replace(places, rows=rows, listeners=listeners, ties=ties, n_ties=n_ties)
