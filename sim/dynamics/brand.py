"""What the brand and the world do, and when: acts become public, hidden ones are told or found out, answers are given.

An agenda holds what is still to come. The engine runs to the time of the next item, lets it happen here, and gets back
the rows of `ACT` that go out to people. Whichever way a hidden act becomes public, it meets its audience once, with its
own reach and virality and the same draws: telling does not make it bigger.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, replace
from types import MappingProxyType

from sim.scenario.acts import Act
from sim.scenario.parameters import Numbers
from sim.world import draws

_START, _FOUND, _ANSWER = 0, 1, 2  # of what happens at one moment, answers come last
_WHILE_HIDDEN = " (while hidden)"


@dataclass(frozen=True)
class Outgoing:
    """One act on its way to people, with everything that depends on when and how it came out.

    dose, heard: log units of own experience and of hearsay at hop 1; nature: of a loss, None for gains and responses;
    eta: what a response repairs; told: 'openly', 'told first', 'found out', 'while hidden', 'response'.
    """

    act: Act
    time: float
    sign: int
    nature: str | None
    dose: float
    heard: float
    eta: float
    told: str
    raises_virality: float = 1.0


class Agenda:
    """The acts of one run in the order in which they happen.

    acts: all single acts (repeated ones spelled out) with their time; conceal: the arm hides what it can;
    seed: of the events, names the draws of discovery.
    """

    def __init__(self, acts: list[Act], numbers: Numbers, *, conceal: bool, seed: int):
        self.numbers = numbers
        self.conceal = conceal
        self.seed = seed
        self.kind_of = {act.id: act for act in acts}
        self.public: dict[str, Outgoing] = {}
        self.since: dict[str, float] = {}  # hidden acts: when they happened
        self.denied: set[str] = set()
        self.violations: list[tuple[float, str]] = []
        self._record, self._record_at = 0.0, 0.0
        self._queue: list[tuple[float, int, int, Act]] = []
        for number, act in enumerate(acts):
            heapq.heappush(self._queue, (act.at, _START if act.repairs is None else _ANSWER, number, act))

    def next_time(self) -> float:
        """When the next item is due, h; infinity when none is left."""
        return self._queue[0][0] if self._queue else math.inf

    def pop(self) -> list[Outgoing]:
        """Let the next item happen; what goes out to people because of it, in order."""
        time, what, number, act = heapq.heappop(self._queue)
        if what == _FOUND:
            out = self._found_out(act, time)
        elif act.repairs is not None:
            out = self._response(act, time)
        elif act.hidden:
            out = self._begin_hidden(act, time, number)
        else:
            out = [self._publish(act, time, "openly", 1.0, act.nature)]
        return out

    # --- acts ---

    def _begin_hidden(self, act: Act, time: float, number: int) -> list[Outgoing]:
        self.since[act.id] = time
        found = act.found
        if found is None and act.found_mean is not None:
            found = time + act.found_mean * float(
                draws.exponentials(draws.stream(self.seed, "found out"), draws.named(act.id), 0)[0]
            )
        if found is not None:
            heapq.heappush(self._queue, (max(found, time), _FOUND, number, act))
        if act.lure > 0.0:
            prospects = MappingProxyType({"kind": "prospects"})
            bait = replace(
                act, id=bait_of(act), magnitude=act.lure, audience=prospects, virality=0.0, nature=None, cost=0.0
            )
            return [self._publish(bait, time, "while hidden", 1.0, None)]
        return []

    def _found_out(self, act: Act, time: float) -> list[Outgoing]:
        if act.id in self.public:
            return []
        lied = self.conceal or act.conceal or act.id in self.denied
        return [self._publish(act, time, "found out", 1.0, "deception" if lied else act.nature)]

    def _publish(self, act: Act, time: float, told: str, factor: float, nature: str | None) -> Outgoing:
        p = self.numbers
        peer = p.credibility_peer * p.platform_trust
        size = abs(act.magnitude)
        if act.magnitude < 0:
            record = self._record * math.exp((self._record_at - time) / p.forget_record)
            size *= (1.0 + p.record_weight * record) * factor
            if abs(act.magnitude) >= p.record_least:
                self._record, self._record_at = record + 1.0, time
                self.violations.append((time, act.id))
            out = Outgoing(
                act, time, -1, nature, p.loss * size, p.hearsay * p.hearsay_asymmetry * p.gain * size * peer, 0.0, told
            )
        else:
            credibility = getattr(p, f"credibility_{act.speaker}") * p.platform_trust
            out = Outgoing(act, time, 1, None, p.gain * size * credibility, p.hearsay * p.gain * size * peer, 0.0, told)
        self.public[act.id] = out
        return out

    # --- responses ---

    def _response(self, act: Act, time: float) -> list[Outgoing]:
        assert act.of is not None  # a response refers to an act
        target = self.kind_of[act.of]
        if target.id in self.public:
            return [self._answer(act, target, time)]
        if not act.admits:  # a denial of what nobody knows yet
            self.denied.add(target.id)
            return []
        news = self._tell_first(target, time)
        # telling is what a disclosure does; an apology, a fix or compensation answers as well
        return [news] if act.only_tells else [news, self._answer(act, target, time)]

    def _tell_first(self, act: Act, time: float) -> Outgoing:
        p = self.numbers
        best = p.told_product if act.nature == "competence" else p.told_moral
        factor = 1.0 - (1.0 - best) / (1.0 + (time - self.since[act.id]) / p.told_time)
        return self._publish(act, time, "told first", factor, act.nature)

    def _answer(self, act: Act, target: Act, time: float) -> Outgoing:
        p = self.numbers
        news = self.public[target.id]
        fits = not act.only_for or target.kind in act.only_for
        eta, repairs = 0.0, act.repairs or {}
        if fits and news.sign < 0:
            nature = "competence" if target.nature == "competence" else "integrity"
            eta = p.repair * repairs[nature] / (1.0 + (time - news.time) / p.repair_time)
            if news.nature == "deception":
                eta *= p.deception_repair
            if any(0.0 <= time - at <= p.repeat_window and which != target.id for at, which in self.violations):
                eta *= p.repeat_repair
        louder = p.compensation_virality if act.stirs else 1.0
        return Outgoing(act, time, 0, None, 0.0, 0.0, min(eta, 1.0), "response", louder)


def bait_of(act: Act) -> str:
    """The id under which the lure of a hidden act goes out."""
    return f"{act.id}{_WHILE_HIDDEN}"


def act_behind(name: str) -> str:
    """The id of the act that goes out under a name: its own, or that of the act whose lure it is."""
    return name.removesuffix(_WHILE_HIDDEN)


def spelled_out(acts, horizon: float) -> list[Act]:
    """Single acts in place of repeated ones: `id` of the n-th is `id #n`; all before the horizon (h)."""
    out = []
    for act in acts:
        if act.every is None:
            out.append(act)
            continue
        end = min(horizon, act.until if act.until is not None else horizon)
        count = math.floor((end - act.at) / act.every + 1e-9) + 1
        out += [replace(act, id=f"{act.id} #{k + 1}", at=act.at + k * act.every, every=None) for k in range(count)]
    return out
