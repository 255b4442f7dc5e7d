"""Who is drawn in a moving picture and where: all users of a small network, a sample of a large one, with their ties.

    drawn = places_of(world)        # the same network gives the same picture, and is laid out once
    drawn.rows, drawn.x, drawn.ties

Rows of what is drawn are numbered 0..n-1 in the order of the network as it was read or made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from sim.show.replay.kept import kept_positions
from sim.world import draws, pieces
from sim.world.people import World

MOST_USERS = 3_000  # of a larger network a sample is drawn: laying out takes time with the square of this
MOST_TIES = 12_000  # more make a grey cloud
MOST_COMMUNITIES = 255


@dataclass(frozen=True, eq=False)
class Places:
    """The users who are drawn.

    rows       i8[n]    their rows in the world;  whole: all users are drawn
    first      i8[n]    their rows in the network as it was read
    x, y       f4[n]    where they stand, 0..1
    listeners  u4[n]    how many listen to each, in the whole network
    community  u1[n]    by size, the largest is 0
    ties       i4[t, 2] into 0..n-1, each pair once;  n_ties: how many there are between those who are drawn
    """

    rows: np.ndarray
    first: np.ndarray
    x: np.ndarray
    y: np.ndarray
    listeners: np.ndarray
    community: np.ndarray
    ties: np.ndarray
    n_ties: int
    n_users: int

    @property
    def n(self) -> int:
        """How many users are drawn."""
        return len(self.rows)

    @property
    def whole(self) -> bool:
        """Whether all users are drawn."""
        return self.n == self.n_users

    @property
    def note(self) -> str:
        """What is left out of the picture, in words; empty when nothing is."""
        said = [] if self.whole else [f"a sample of {self.n:,} of {self.n_users:,} users"]
        if len(self.ties) < self.n_ties:
            said.append(f"{len(self.ties):,} of {self.n_ties:,} ties")
        return ", ".join(said)


@dataclass(frozen=True)
class _Named:
    """A world that is equal to another when its ties and the order of its users are."""

    digest: bytes
    world: World = field(compare=False)


def places_of(world: World, most_users: int = MOST_USERS, most_ties: int = MOST_TIES) -> Places:
    """Who is drawn of a world, and where. The latest few are kept, so that runs on one network share a picture."""
    digest = hashlib.blake2b(world.graph.start.tobytes(), digest_size=16)
    digest.update(world.graph.heard.tobytes())
    digest.update(world.order.tobytes())
    return _places(_Named(digest.digest(), world), most_users, most_ties)


@lru_cache(maxsize=8)
def _places(named: _Named, most_users: int, most_ties: int) -> Places:
    world = named.world
    graph = world.graph_as_read
    first, part = np.arange(graph.n_users), graph
    if graph.n_users > most_users:
        key = draws.stream(0, "picture")
        visited = pieces.walked(graph.start, graph.heard, graph.back_start, graph.back, most_users, key)
        first, part = np.flatnonzero(visited), graph.induced(visited, "sampled for a picture")
    xy = kept_positions(part.start, part.heard)
    row_of = np.argsort(world.order)
    rows = row_of[first]
    ties, n_ties = ties_between(part.start, part.heard, most_ties)
    return Places(
        rows=rows,
        first=first,
        x=(0.5 + 0.5 * xy[:, 0]).astype(np.float32),
        y=(0.5 + 0.5 * xy[:, 1]).astype(np.float32),
        listeners=np.asarray(graph.n_listeners)[first].astype(np.uint32),
        community=_by_size(np.asarray(world.communities)[rows]),
        ties=ties,
        n_ties=n_ties,
        n_users=graph.n_users,
    )


def ties_between(start: np.ndarray, heard: np.ndarray, most: int) -> tuple[np.ndarray, int]:
    """Each pair of tied users once, i4[t, 2], at most about `most` of them; and how many pairs there are."""
    listener = np.repeat(np.arange(len(start) - 1), np.diff(start))
    low, high = np.minimum(listener, heard), np.maximum(listener, heard)
    keys = np.unique((low * np.int64(len(start)) + high)[low != high])
    pairs = np.column_stack(np.divmod(keys, len(start)))
    n_ties = len(pairs)
    if n_ties > most:
        luck = draws.uniforms(draws.stream(0, "drawn ties"), pairs[:, 0], pairs[:, 1])
        pairs = pairs[np.sort(np.argpartition(luck, most)[:most])]
    return pairs.astype(np.int32), n_ties


def _by_size(community: np.ndarray) -> np.ndarray:
    """The communities numbered by size, u1[n]; those past MOST_COMMUNITIES share the last number."""
    _, which, sizes = np.unique(community, return_inverse=True, return_counts=True)
    rank = np.empty(len(sizes), np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.minimum(rank[which], MOST_COMMUNITIES).astype(np.uint8)
