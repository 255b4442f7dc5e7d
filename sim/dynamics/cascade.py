"""The bare cascade: who shares a story that runs through a network hop by hop, and nothing else of the model.

An author posts; each of its listeners hears and shares with some chance, each listener of those who shared hears, and
so on. A user shares at most once. Who shared h passages away from the author makes hop h + 1 hear, where the chance is

    p_h = 1 - (1 - p)^(fade^(h-1))        the hazard of a hearing, -ln(1 - p), fades by a factor per hop

This is the independent cascade, and what word of mouth in the engine does when mood plays no part: hazards of several
hearings add. It takes no time: all of one hop share before the next. Whether a hearing makes its hearer share is the
draw of (story, place of the tie in `graph.back`). So a story does not depend on the other stories, on their order or on
the number of threads, and a larger chance reaches all whom a smaller one reaches.
Source: Kempe, Kleinberg & Tardos 2003, doi:10.1145/956750.956769; closed forms in sim.theory.cascade.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.compiled import compiled, compiled_into
from sim.errors import RippleError
from sim.world.draws import bound, coin, of_one
from sim.world.frozen import Graph

_ROWS = 256  # sharers whose rows are looked up together: memory answers many loads that do not wait for one another
_PART = 4096  # ties of a row whose coins are tossed in one go
_WORK = 50_000_000  # hearings between two looks at whether to stop: about a tenth of a second
_CHUNK = 4096  # stories that a thread takes at a time, at most
_ZERO, _ONE, _WORD, _IN_WORD = np.uint64(0), np.uint64(1), np.uint64(6), np.uint64(63)


@dataclass(frozen=True)
class Cascade:
    """One story.

    sharers    u4[size]     rows of those who shared, hop by hop, the author first
    hop_start  i8[depth+2]  those of hop h are sharers[hop_start[h]:hop_start[h+1]], hop 0 being the author
    hearings   how many times somebody heard it
    """

    sharers: np.ndarray
    hop_start: np.ndarray
    hearings: int

    @property
    def size(self) -> int:
        """How many shared it, the author included."""
        return len(self.sharers)

    @property
    def depth(self) -> int:
        """The last hop that shared it; 0 when nobody but the author did."""
        return len(self.hop_start) - 2

    def by_hop(self) -> np.ndarray:
        """How many shared it at hop 0, 1, ...: i8[depth+1]."""
        return np.diff(self.hop_start)


class Cascades(NamedTuple):
    """Many stories, one number each.

    sizes     i8  how many shared it, the author included
    depths    i8  the last hop that shared it
    hearings  i8  how many times somebody heard it
    reached   i8  how many users heard or shared it, each counted once; None when not asked for
    """

    sizes: np.ndarray
    depths: np.ndarray
    hearings: np.ndarray
    reached: np.ndarray | None


def cascade(graph: Graph, author: int, chance: float, key: np.uint64, *, fade: float = 1.0, story: int = 0) -> Cascade:
    """Run one story. Its numbers are those that `cascades` gives it.

    author  row;  chance  p, 0..1, that a hearing at hop 1 makes a user share;  fade  0..1, of the hazard per hop
    key     of the draws (draws.stream);  story  its name in the draws, a whole number
    Ties are alike: weights play no part. Raises RippleError for values out of their ranges.
    """
    stories = _Stories.checked(graph, [author], chance, key, fade, [story])
    room = _Room(graph, reached=False)
    stories.run(room, 0, 1, stop=None)
    size, depth = int(stories.sizes[0]), int(stories.depths[0])
    return Cascade(room.queue[:size].copy(), room.hop_start[: depth + 2].copy(), int(stories.hearings[0]))


def cascades(
    graph: Graph,
    authors: ArrayLike,
    chance: ArrayLike,
    key: np.uint64,
    *,
    fade: float = 1.0,
    stories: ArrayLike | None = None,
    count_reached: bool = False,
    threads: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Cascades:
    """Run many stories, each on its own.

    authors  [stories], rows;  chance  p, one number or [stories];  stories  their names in the draws (0, 1, ...)
    count_reached  also count who heard, which takes about as long again
    progress       called with the number of stories done
    The rest as in `cascade`. The result is the same for any number of threads.
    """
    names = np.arange(len(np.atleast_1d(authors))) if stories is None else stories
    work = _Stories.checked(graph, authors, chance, key, fade, names)
    if count_reached:
        work.reached = np.zeros(work.n, np.int64)
    if not isinstance(threads, int) or threads < 1:
        raise RippleError(f"threads: {threads} must be a whole number, 1 or more")
    size = max(1, min(_CHUNK, -(-work.n // (8 * threads))))
    chunks = list(itertools.pairwise([*range(0, work.n, size), work.n]))
    stop, rooms, done = threading.Event(), threading.local(), itertools.accumulate(b - a for a, b in chunks)

    def one(chunk: tuple[int, int]) -> None:
        if not hasattr(rooms, "mine"):
            rooms.mine = _Room(graph, reached=count_reached)
        work.run(rooms.mine, *chunk, stop)

    with ThreadPoolExecutor(threads) as pool:
        try:
            for _, count in zip(pool.map(one, chunks), done, strict=True):
                if progress is not None:
                    progress(count)
        except BaseException:  # Ctrl-C too: the threads see it at their next look
            stop.set()
            raise
    return Cascades(work.sizes, work.depths, work.hearings, work.reached if count_reached else None)


class _Room:
    """What one thread works in."""

    def __init__(self, graph: Graph, reached: bool):
        n = graph.n_users
        self.queue, self.hop_start = np.empty(n + 1, np.uint32), np.empty(n + 2, np.int64)
        self.shared = np.zeros(n // 64 + 1, np.uint64)  # a bit per user
        self.heard = np.zeros(n // 64 + 1 if reached else 0, np.uint64)
        self.rows = np.empty((2, _ROWS), np.uint64)
        self.fell, self.places = np.empty(_PART, np.uint8), np.empty(2 * _PART, np.uint64)
        self.ids = np.empty(2 * _PART, np.uint32)


@dataclass
class _Stories:
    """What is asked for, checked, and what came of it."""

    graph: Graph
    key: np.uint64
    names: np.ndarray
    authors: np.ndarray
    chances: np.ndarray
    fade: float
    sizes: np.ndarray
    depths: np.ndarray
    hearings: np.ndarray
    reached: np.ndarray

    @classmethod
    def checked(
        cls, graph: Graph, authors: ArrayLike, chance: ArrayLike, key: np.uint64, fade: float, names: ArrayLike
    ) -> _Stories:
        rows = np.atleast_1d(np.asarray(authors))
        if rows.ndim != 1 or (rows.dtype.kind not in "iu" and rows.size):
            raise RippleError("authors: write one row number for each story")
        outside = (rows < 0) | (rows >= graph.n_users)
        if outside.any():
            k = int(outside.argmax())
            raise RippleError(f"authors: story {k} names row {rows[k]}; rows run from 0 to {graph.n_users - 1}")
        p = np.asarray(chance, dtype=np.float64)
        if p.ndim > 1 or (p.ndim == 1 and p.shape != rows.shape):
            raise RippleError(f"chance: one number, or one for each of the {len(rows)} stories; not {p.size}")
        wrong = ~((p >= 0) & (p <= 1))
        if wrong.any():
            raise RippleError(f"chance: {p[wrong].flat[0]} is not a share; write a number between 0 and 1")
        if not 0 <= fade <= 1:
            raise RippleError(f"fade: {fade} is not a share; write a number between 0 and 1")
        called = np.atleast_1d(np.asarray(names))
        if called.shape != rows.shape or (called.dtype.kind not in "iu" and called.size):
            raise RippleError(f"stories: one whole number for each of the {len(rows)} stories")
        sizes, depths, hearings = (np.zeros(len(rows), np.int64) for _ in range(3))
        return cls(
            graph=graph,
            key=key,
            names=called.astype(np.uint64),
            authors=rows.astype(np.int64),
            chances=np.broadcast_to(p, rows.shape).copy(),
            fade=float(fade),
            sizes=sizes,
            depths=depths,
            hearings=hearings,
            reached=np.zeros(0, np.int64),
        )

    @property
    def n(self) -> int:
        return len(self.authors)

    def run(self, room: _Room, first: int, last: int, stop: threading.Event | None) -> None:
        """Run some of the stories; between two compiled calls it may be told to stop."""
        while first < last and not (stop is not None and stop.is_set()):
            first = run_stories(
                first, last, _WORK, self.key, self.names, self.authors, self.chances, self.fade, self.graph.back_start,
                self.graph.back, room.queue, room.hop_start, room.shared, room.heard, room.rows, room.fell, room.places,
                room.ids, self.sizes, self.depths, self.hearings, self.reached
            )  # fmt: skip


# --- compiled ---------------------------------------------------------------------------------------------------------


@compiled_into
def chance_at(hop, chance, fade):
    """p_h = 1 - (1 - p)^(fade^(h-1)) for h >= 1."""
    if fade == 1.0 or hop == 1:
        return chance
    power = fade ** (hop - 1)
    return -math.expm1(power * math.log1p(-chance)) if power > 0.0 else 0.0


@compiled
def toss(begun, first, count, least, fell):
    """fell[i] = whether the coin of tie first + i fell, for i < count: a loop of its own, so that it vectorises."""
    for i in range(count):
        fell[i] = np.uint8(coin(begun, first + np.uint64(i), least))


@compiled_into
def take_in(n_fallen, back, places, ids, shared, queue, tail):
    """Those at whose ties the coin fell share, unless they did; returns the new end of the queue.

    All loads of ids first, for they do not wait for one another; then the bits, which fit the second cache.
    """
    for j in range(n_fallen):
        ids[j] = back[places[np.uint64(j)]]
    for j in range(n_fallen):
        user = np.uint64(ids[np.uint64(j)])
        word, bit = shared[user >> _WORD], _ONE << (user & _IN_WORD)
        queue[tail] = user
        tail += np.uint64((word & bit) == _ZERO)
        shared[user >> _WORD] = word | bit
    return tail


@compiled_into
def next_hop(begun, least, back_start, back, queue, head, end, shared, rows, fell, places, ids):
    """All of queue[head:end] share; their listeners who share after them are added. Returns the new end, the hearings.

    begun, least  of `draws.coin`;  rows  u8[2, _ROWS], fell u1[_PART], places u8[2 _PART], ids u4[2 _PART]: to work in
    In phases, because waiting for memory is what costs: rows of many sharers, then their coins, which need no memory
    at all, and only then the listeners at whose ties the coin fell.
    """
    tail, hearings = np.uint64(end), np.int64(0)
    for first in range(head, end, _ROWS):
        n = min(_ROWS, end - first)
        for j in range(n):
            user = np.uint64(queue[np.uint64(first + j)])
            rows[0, j] = back_start[user]
            rows[1, j] = back_start[user + _ONE]
        fallen = _ZERO
        for j in range(n):
            place, row_end = rows[0, j], rows[1, j]
            hearings += np.int64(row_end - place)
            while place < row_end:
                count = min(row_end - place, np.uint64(_PART))
                # up to a whole number of vectors; what lies beyond is not looked at
                toss(begun, place, (np.int64(count) + 7) & ~7, least, fell)
                for i in range(count):
                    places[fallen] = place + np.uint64(i)
                    fallen += np.uint64(fell[np.uint64(i)])
                place += count
                if fallen > np.uint64(_PART):  # there may be no room for another part
                    tail = take_in(np.int64(fallen), back, places, ids, shared, queue, tail)
                    fallen = _ZERO
        tail = take_in(np.int64(fallen), back, places, ids, shared, queue, tail)
    return np.int64(tail), hearings


@compiled
def count_hearers(size, back_start, back, queue, heard):
    """How many heard or shared a story that queue[:size] shared. heard: bits, all 0 before and after."""
    count = np.int64(0)
    for k in range(size):
        user = np.uint64(queue[k])
        word, bit = heard[user >> _WORD], _ONE << (user & _IN_WORD)
        count += np.int64((word & bit) == _ZERO)
        heard[user >> _WORD] = word | bit
        for place in range(np.uint64(back_start[user]), np.uint64(back_start[user + _ONE])):
            other = np.uint64(back[np.uint64(place)])
            word, bit = heard[other >> _WORD], _ONE << (other & _IN_WORD)
            count += np.int64((word & bit) == _ZERO)
            heard[other >> _WORD] = word | bit
    if count > heard.size:
        heard[:] = _ZERO
    else:
        for k in range(size):
            user = np.uint64(queue[k])
            heard[user >> _WORD] = _ZERO
            for place in range(np.uint64(back_start[user]), np.uint64(back_start[user + _ONE])):
                heard[np.uint64(back[np.uint64(place)]) >> _WORD] = _ZERO
    return count


@compiled
def run_stories(
    first, last, patience, key, names, authors, chances, fade, back_start, back, queue, hop_start, shared, heard, rows,
    fell, places, ids, sizes, depths, hearings, reached
):  # fmt: skip
    """Run stories first..last, or fewer once `patience` hearings are done; returns the first that was not run.

    names u8, authors i8, chances f8 [stories]; back_start i8[n+1], back u4[m], as in Graph
    queue u4[n+1], hop_start i8[n+2]  left as the last story filled them;  shared, heard  u8[n/64+1], all 0 at first
    sizes, depths, hearings i8[stories]; reached i8[stories], or i8[0] when not asked for
    """
    done = np.int64(0)
    for story in range(first, last):
        begun = of_one(key, names[story])
        author = np.uint64(authors[story])
        queue[0] = author
        shared[author >> _WORD] |= _ONE << (author & _IN_WORD)
        head, tail, depth, heard_by = np.int64(0), np.int64(1), np.int64(-1), np.int64(0)
        hop_start[0] = 0
        while head < tail:
            depth += 1
            hop_start[depth + 1] = tail
            least = bound(chance_at(depth + 1, chances[story], fade))
            new, count = next_hop(begun, least, back_start, back, queue, head, tail, shared, rows, fell, places, ids)
            heard_by += count
            head, tail = tail, new
        if tail > shared.size:
            shared[:] = _ZERO
        else:
            for k in range(tail):
                shared[np.uint64(queue[k]) >> _WORD] = _ZERO
        sizes[story], depths[story], hearings[story] = tail, depth, heard_by
        if reached.size:
            reached[story] = count_hearers(tail, back_start, back, queue, heard)
        done += heard_by + 1
        if done >= patience:
            return story + 1
    return last
