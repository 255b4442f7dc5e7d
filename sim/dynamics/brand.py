"""What the brand and the world do, and when: acts become public, hidden ones are told or found out, answers are given.

An agenda holds what is still to come. The engine runs to the time of the next item, lets it happen here, and gets back
the rows of `ACT` that go out to people. Conditional acts wait here too: until an act is public, or until the engine
trips one of the `watches`. Whichever way a hidden act becomes public, it meets its audience once, with its
own reach and virality and the same draws: telling does not make it bigger.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

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


@dataclass(frozen=True)
class Watch:
    """What a conditional act waits for and only the engine sees; `Agenda.trip` says that it is met.

    kind: 'trust_fell', `least` trust 0..1 under the start; 'heard', the story of act `of` by `least` users; 'queue',
    `least` complaints.
    """

    act: Act
    kind: str
    of: str | None
    least: float


class Agenda:
    """The acts of one run in the order in which they happen.

    acts: all single acts (repeated ones spelled out), with their time or what they wait for; conceal: the arm hides
    what it can; seed: of the events, names the draws of discovery; n_users: shares of users are of these; moderation:
    abuse is moderated from the start; desk: there is one to talk to people one by one.

    watches   what the engine has to look out for, until it trips
    happened  the acts that happened so far, also those that nobody met
    """

    def __init__(
        self,
        acts: list[Act],
        numbers: Numbers,
        *,
        conceal: bool,
        seed: int,
        n_users: int = 1,
        moderation: bool = False,
        desk: bool = True,
    ):
        self.numbers = numbers
        self.conceal = conceal
        self.seed = seed
        self.moderation = moderation
        self.desk = desk
        self.kind_of = {act.id: act for act in acts}
        self.public: dict[str, Outgoing] = {}
        self.since: dict[str, float] = {}  # hidden acts: when they happened
        self.denied: set[str] = set()
        self.violations: list[tuple[float, str]] = []
        self.happened: list[Act] = []
        self.watches: list[Watch] = []
        self._record, self._record_at = 0.0, 0.0
        self._promised: set[str] = set()  # promises that are neither kept nor broken
        self._place = {act.id: place for place, act in enumerate(acts)}
        self._until_public: dict[str, list[Act]] = {}
        self._queue: list[tuple[float, int, int, Act]] = []
        for act in acts:
            if act.when is None:
                self._schedule(act, act.at)
            elif act.when.kind == "public":
                self._until_public.setdefault(act.when.of or "", []).append(act)
            else:
                self.watches.append(Watch(act, act.when.kind, act.when.of, act.when.count(n_users)))

    def _schedule(self, act: Act, time: float) -> None:
        rank = _START if act.repairs is None else _ANSWER
        heapq.heappush(self._queue, (time, rank, self._place[act.id], act))

    def next_time(self) -> float:
        """When the next item is due, h; infinity when none is left."""
        return self._queue[0][0] if self._queue else math.inf

    def trip(self, watch: Watch, time: float) -> None:
        """What was watched for has come at `time` (h): the act that waited for it happens after its delay."""
        self.watches.remove(watch)
        self._schedule(watch.act, time + watch.act.after)

    def pop(self) -> list[Outgoing]:
        """Let the next item happen; what goes out to people because of it, in order."""
        time, what, number, act = heapq.heappop(self._queue)
        if what == _FOUND:
            return self._found_out(act, time)
        if not self._can_happen(act):
            return []
        self.happened.append(act)
        if act.repairs is not None:
            return self._response(act, time)
        if act.hidden:
            return self._begin_hidden(act, time, number)
        return [self._publish(act, time, "openly", 1.0, act.nature)]

    def _can_happen(self, act: Act) -> bool:
        """False for an answer to what has not happened, the keeping of no promise, and talks that nobody has."""
        if act.repairs is not None:
            return act.of in self.public or act.of in self.since
        return not (act.settles and act.of not in self._promised) and not (act.one_to_one and not self.desk)

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
        return [self._publish(_bait(act), time, "while hidden", 1.0, None)] if act.lure > 0.0 else []

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
        self._leads_to(act, time)
        return out

    def _leads_to(self, act: Act, time: float) -> None:
        """What changes for the brand when an act of it becomes public."""
        self.moderation |= act.moderates
        if act.promises:
            self._promised.add(act.id)
        if act.settles:
            self._promised.discard(act.of or "")
        for waiting in self._until_public.pop(act.id, ()):
            self._schedule(waiting, time + waiting.after)

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
            if self._promised:
                eta *= p.promise_repair
        louder = p.compensation_virality if act.stirs else 1.0
        return Outgoing(act, time, 0, None, 0.0, 0.0, min(eta, 1.0), "response", louder)

    # --- laid aside and taken up again ---

    def laid_aside(self) -> dict[str, object]:
        """All that has changed since the start, as plain values (JSON)."""
        return {
            "queue": [(time, what, place, act.id) for time, what, place, act in self._queue],
            "until_public": {of: [act.id for act in acts] for of, acts in self._until_public.items()},
            "watches": [watch.act.id for watch in self.watches],
            "public": {of: plain_outgoing(out) for of, out in self.public.items()},
            "since": self.since,
            "denied": sorted(self.denied),
            "violations": self.violations,
            "happened": [act.id for act in self.happened],
            "record": (self._record, self._record_at),
            "promised": sorted(self._promised),
            "moderation": self.moderation,
        }

    def take_up(self, was: Mapping[str, Any]) -> None:
        """Stand where another agenda of the same acts stood when it was laid aside."""
        self._queue = [(time, what, place, self.act(name)) for time, what, place, name in was["queue"]]
        self._until_public = {of: [self.act(name) for name in names] for of, names in was["until_public"].items()}
        self.watches = [watch for watch in self.watches if watch.act.id in was["watches"]]
        self.public = {of: self.outgoing(plain) for of, plain in was["public"].items()}
        self.since = dict(was["since"])
        self.denied = set(was["denied"])
        self.violations = [(time, name) for time, name in was["violations"]]
        self.happened = [self.act(name) for name in was["happened"]]
        self._record, self._record_at = was["record"]
        self._promised = set(was["promised"])
        self.moderation = was["moderation"]

    def act(self, name: str) -> Act:
        """The act that goes out under a name."""
        return self.kind_of[name] if name in self.kind_of else _bait(self.kind_of[act_behind(name)])

    def outgoing(self, plain: Mapping[str, Any]) -> Outgoing:
        """What `plain_outgoing` was made of."""
        return Outgoing(**{**plain, "act": self.act(plain["act"])})


def plain_outgoing(out: Outgoing) -> dict[str, object]:
    """An act on its way as plain values (JSON), the act by its id."""
    return {name: getattr(out, name) for name in Outgoing.__dataclass_fields__} | {"act": out.act.id}


def _bait(act: Act) -> Act:
    """What lures prospects while an act is hidden."""
    prospects = MappingProxyType({"kind": "prospects"})
    return replace(act, id=bait_of(act), magnitude=act.lure, audience=prospects, virality=0.0, nature=None, cost=0.0)


def bait_of(act: Act) -> str:
    """The id under which the lure of a hidden act goes out."""
    return f"{act.id}{_WHILE_HIDDEN}"


def act_behind(name: str) -> str:
    """The id of the act that goes out under a name: its own, or that of the act whose lure it is."""
    return name.removesuffix(_WHILE_HIDDEN)


def spelled_out(acts: Iterable[Act], horizon: float) -> list[Act]:
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
