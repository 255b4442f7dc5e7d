"""Who told whom, and when: what is new in a run's table of encounters from one frame to the next.

The table keeps, for each user and act, at which hop the user first came to know of it and who told first. It does not keep when;
so it is looked through at every frame, and what was not there before belongs to that frame. An opinion that nobody
passes on leaves nothing there.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled
from sim.dynamics import state as s
from sim.dynamics.encounters import find
from sim.dynamics.engine import Engine

NEVER = 65_535  # frame of somebody who never came to know of the story
NO_HOP = 255
HOPS = ("0", "1", "2", "3+")  # met it, then by how many it came

PASSAGE = np.dtype([("frame", "u2"), ("user", "u4"), ("teller", "u4"), ("act", "u4")])
_SHIFT, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


class Hearings:
    """What was noted of one run so far.

    passages  PASSAGE[k]     every first hearing by word of mouth, of a story that somebody passed on: frame, who heard,
                             who told (rows), row of the act
    frame     u2[n], hop u1[n], teller u4[n]   when and how each user came to know of the main act; NEVER, NO_HOP
    by_hop    i8[T, 4]       how many did in each frame: met it, heard at hop 1, 2, 3 or more
    """

    def __init__(self, engine: Engine, n_frames: int, main: str | None):
        self.engine, self.main = engine, main
        self.frame = np.full(engine.n, NEVER, np.uint16)
        self.hop = np.full(engine.n, NO_HOP, np.uint8)
        self.teller = np.zeros(engine.n, np.uint32)
        self.by_hop = np.zeros((n_frames, len(HOPS)), np.int64)
        self._passages = np.zeros(4096, PASSAGE)
        self._used = 0
        self._table = engine.met
        self._seen = np.zeros(len(engine.met), np.uint8)
        self._counted = (0, 0)

    @property
    def passages(self) -> np.ndarray:
        """The passages so far, in order of their frames."""
        return self._passages[: self._used]

    def look(self, frame: int) -> None:
        """Note what is new, as of a frame."""
        engine = self.engine
        counted = (int(engine.state[s.MET_SO_FAR]), int(engine.state[s.HEARD_SO_FAR]))
        if counted == self._counted:
            return
        if engine.met is not self._table:  # it grew: what was seen lies elsewhere now
            seen = np.zeros(len(engine.met), np.uint8)
            carry_over(self._table, self._seen, engine.met, seen)
            self._table, self._seen = engine.met, seen
        more = counted[1] - self._counted[1]
        if self._used + more > len(self._passages):
            longer = np.zeros(2 * (self._used + more), PASSAGE)
            longer[: self._used] = self.passages
            self._passages = longer
        self._used = note_new(
            engine.met, self._seen, engine.row_of.get(self.main or "", -1), frame, self.frame, self.hop, self.teller,
            self.by_hop[frame], self._passages, self._used
        )  # fmt: skip
        self._counted = counted

    def tellers_in_full(self) -> None:
        """The table keeps the low 16 bits of who told; in larger networks the rest follows from whom a user listens to."""
        if self.engine.n > 1 << 16:
            graph, told = self.engine.world.graph, self.passages
            complete(graph.start, graph.heard, told)
            main = told[told["act"] == self.engine.row_of.get(self.main or "", -1)]
            self.teller[main["user"]] = main["teller"]


@compiled
def carry_over(old, seen, new, seen_new):  # type: ignore[no-untyped-def]
    """Mark in a new table what had been seen in the old one: u1[places]; acts that are finished may be gone."""
    for place in range(old.size):
        if seen[place]:
            key = old[place].key
            there = find(new, np.int64(key >> _SHIFT) - 1, key & _LOW)
            if new[there].key == key:
                seen_new[there] = 1


@compiled
def note_new(met, seen, main, frame, frames, hops, tellers, by_hop, passages, used):  # type: ignore[no-untyped-def]
    """Note every encounter that was not seen before; returns how many passages there are then.

    met ENCOUNTER[places], seen u1[places];  main: row of the main act, -1: none is out;  frames u2[n], hops u1[n],
    tellers u4[n], by_hop i8[4]: of the main act;  passages PASSAGE[room], filled from `used` on; there must be room
    """
    for place in range(met.size):
        entry = met[place]
        if entry.key == 0 or seen[place] or entry.state == 0:
            continue
        seen[place] = 1
        user, act = np.int64(entry.key & _LOW), np.int64(entry.key >> _SHIFT) - 1
        if act == main:
            frames[user], hops[user], tellers[user] = frame, entry.hop, entry.teller
            by_hop[min(np.int64(entry.hop), 3)] += 1
        if entry.hop > 0:
            told = passages[used]
            told.frame, told.user, told.teller, told.act = frame, user, entry.teller, act
            used += 1
    return used


@compiled
def complete(start, heard, passages):  # type: ignore[no-untyped-def]
    """Fill in the upper bits of the tellers: the first of those the user listens to whose lower bits agree."""
    for k in range(passages.size):
        told = passages[k]
        for place in range(start[told.user], start[told.user + 1]):
            if heard[place] & 0xFFFF == told.teller:
                told.teller = heard[place]
                break
