"""One run: owns the arrays, lets the brand act, and drives the compiled loop through time.

    engine = Engine(setup)
    engine.advance(24.0)      # or engine.run()
    engine.rows, engine.books, engine.columns ...

The result is a function of the setup alone: not of the number of threads, nor of how the time was cut into calls.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable

import numpy as np

from sim.dynamics import observe
from sim.dynamics import state as s
from sim.dynamics.brand import Agenda, Outgoing, act_behind, bait_of
from sim.dynamics.crew import Bench, Crew
from sim.dynamics.exposure import DailyCycle, meetings
from sim.dynamics.rulings import Rulings
from sim.dynamics.setup import LARGE, Setup
from sim.dynamics.sides import sides_and_wounds
from sim.dynamics.stories import EMPTIED, FULLEST, Hearsay, count_kept, move_table, push
from sim.dynamics.talk import N_SUMS, Ties, relax_blocks
from sim.dynamics.tick import EACH_STEP, FEW, MANY, advance, close_step, talk_blocks
from sim.dynamics.trust import Times, fades_at
from sim.world import draws
from sim.world.people import audience

_WORK = 1_000_000  # events between two looks at the clock on the wall: about a tenth of a second
_FADED_OUT = 20  # time constants after which stocks are written anew: exp(20) is far inside float32
_MOST_SWEEPS, _STILL = 1000, 2e-7  # until talk stands still at the start: float32 resolves no more
_CLOCKS = (  # the columns that live in each clock
    ("gain", (s.GAIN_C, s.GAIN_E)),
    ("wound", (s.WOUND_C, s.WOUND_E)),
    ("hurt", (s.HURT_C, s.HURT_E)),
    ("scar", (s.SCAR_C, s.SCAR_E)),
    ("fatigue", (s.FATIGUE,)),
)


class Engine:
    """A run in progress. `now` is the time in hours; `threads` matters for speed only."""

    def __init__(self, setup: Setup, threads: int | None = None):
        self.setup = setup
        self.world = setup.world
        self.n = setup.world.n_users
        self.many = self.n > LARGE
        self.threads = (threads or os.cpu_count() or 1) if self.many else 1
        self.left_to_us = EACH_STEP if setup.rules else MANY if self.many else FEW
        self._lay_out_people()
        self._lay_out_acts()
        self._numbers()
        self._begin()

    @property
    def now(self) -> float:
        """Hours since the start."""
        return float(self.clock[s.NOW])

    # --- laying out the arrays ---

    def _lay_out_people(self) -> None:
        people, n = self.world.people, self.n
        self.columns = np.zeros(s.padded(n) * len(s.COLUMNS), np.float32)
        w = people.weight.astype(np.float64)
        for which, values in (
            (s.BASE_C, people.base_cognitive),
            (s.BASE_E, people.base_affective),
            (s.WEIGHT, people.weight),
            (s.TALK_RATE, people.talk_rate),
            (s.OWN_RATE, people.own_rate),
            (s.OWN, w * people.base_cognitive + (1 - w) * people.base_affective),
        ):
            s.set_column(self.columns, which, values)
        self.flags = np.zeros(s.padded(n), np.uint8)
        self.flags[:n][people.follows] = s.FOLLOWS
        graph = self.world.graph
        weight = graph.weight if graph.weight is not None else np.zeros(0, np.float32)
        self.ties = Ties(graph.start, graph.heard, weight, *graph.side_by_side)
        self.trust = np.zeros((2, s.padded(n)), np.float32)

    def _lay_out_acts(self) -> None:
        setup = self.setup
        self.agenda = Agenda(
            list(setup.acts), setup.numbers, conceal=setup.conceal, seed=setup.events_seed, n_users=self.n,
            moderation=setup.policy.moderation, desk=setup.policy.desk.agents > 0
        )  # fmt: skip
        self.out: list[Outgoing] = []  # what went out to people, one for each row of `acts`
        self.row_of: dict[str, int] = {}
        self.causes = ["time"]
        self.cause_of: dict[str, int] = {}
        self.acts = np.zeros(16, s.ACT)
        self.hops = np.zeros((16, s.MAX_HOPS), np.int64)
        self.meeting_time, self.meeting_user = np.zeros(1024), np.zeros(1024, np.uint32)
        self.meetings_used = 0
        self.met = np.zeros(4096, s.ENCOUNTER)
        self.queue = np.zeros(1024, s.PENDING)
        self.answered = np.zeros((1, self.n // 8 + 1), np.uint8)
        self.n_responses = 0
        self.books = np.zeros((16, len(s.CHANNELS)))
        self.expressed = np.zeros(2)
        self.by_hand: dict[str, float] = {}  # expressed book: what causes outside the model did (byhand.py)
        self._audiences: dict[str, np.ndarray] = {}

    def _numbers(self) -> None:
        p, setup = self.setup.numbers, self.setup
        self.times = Times(p.forget_gain, p.heal_competence, p.heal_moral, p.heal_scar, p.fatigue_time)
        keys = {
            "share_key": draws.stream(setup.events_seed, "share"),
            "delay_key": draws.stream(setup.events_seed, "share delay"),
        }
        self.hear = Hearsay(**{name: getattr(p, name) for name in Hearsay._fields if name not in keys}, **keys)
        self.reach_key = draws.stream(setup.events_seed, "meet")
        self.when_key = draws.stream(setup.events_seed, "meeting delay")
        self.virality_key = draws.stream(setup.events_seed, "virality")
        self.cycle = DailyCycle(setup.start_hour, p.daily_peak, p.daily_swing)
        self.kappa = self.world.graph.mean_listeners_of_reached()
        # stocks are moved to a new base before their clocks leave the range of float32
        steps = max(1, math.floor(_FADED_OUT * min(self.times) / setup.step))
        self.rebase_every = steps * setup.step

    def _begin(self) -> None:
        setup, p = self.setup, self.setup.numbers
        n_blocks = s.padded(self.n) // s.BLOCK
        self.sums = np.zeros((n_blocks, 3, N_SUMS))
        self.rows = np.zeros((setup.n_steps + 1, observe.N_ROW))
        self.state, self.clock = np.zeros(s.N_STATE, np.int64), np.zeros(s.N_CLOCK)
        self.clock[s.GROUP_LOW] = setup.trust - p.detractor_distance
        self.clock[s.GROUP_HIGH] = setup.trust + p.advocate_distance
        self.clock[s.LAST_LENGTH] = 1.0
        self.clock[s.LOWEST] = math.inf
        self.lowest = np.zeros_like(self.trust[0])
        self.state[s.STEP] = -1
        self.crew = Crew(self.threads, self.n, self.world.graph.start)
        self._settle_talk()
        self.start_trust = self.trust[0, : self.n].copy()
        self._talk_step()  # of length 0: sums what is seen at the start and moves no one
        self.clock[s.STEP_LENGTH] = self.clock[s.STEP_END] = self.clock[s.LAST_LENGTH] = setup.step
        self.expressed[:] = 0.0
        self.clock[s.STANDING] = self._standing_pull()
        self.books[:] = 0.0
        self.rulings = Rulings(self, setup.rules)

    def _settle_talk(self) -> None:
        """Expressed trust starts where talk leaves it in peace, so that a run without acts stands still."""
        p = self.setup.numbers
        self.trust[0, : self.n] = s.column(self.columns, s.OWN, self.n)
        if not np.any(self.world.people.own_rate):
            return

        def sweep(first: int, last: int, bench: Bench) -> float:
            return relax_blocks(
                first, last, self.n, self.trust[0], self.columns, self.ties, p.confidence, bench.scratch, self.trust[1]
            )  # fmt: skip

        for _ in range(_MOST_SWEEPS):
            change = max(self.crew.spread(sweep))
            self.trust[0] = self.trust[1]
            if change < _STILL:
                break

    def _standing_pull(self) -> float:
        """Sum over users of what own trust pulls in one step at rest; talk pulls as much the other way."""
        people, h = self.world.people, self.setup.step
        own, talk = people.own_rate.astype(np.float64), people.talk_rate.astype(np.float64)
        phi = np.where(own + talk > 0, -np.expm1(-(own + talk) * h) / np.maximum(own + talk, 1e-300), h)
        gap = s.column(self.columns, s.OWN, self.n).astype(np.float64) - self.start_trust
        return float(np.sum(own * phi * gap))

    # --- time ---

    def run(self, progress: Callable[[float], None] | None = None) -> Engine:
        """Run to the horizon. progress: called with the hours done, several times a second. Returns itself."""
        self.advance(self.setup.horizon, progress)
        return self

    def advance(self, until: float, progress: Callable[[float], None] | None = None) -> None:
        """Run to a time (h), at most the horizon. It can be interrupted between two compiled calls."""
        until = min(until, self.setup.horizon)
        while True:
            self._act_now()
            if self.now >= until:
                return
            base = self.clock[s.CLOCK_BASE]
            self._advance(min(until, self.agenda.next_time(), base + self.rebase_every))
            if self.now >= base + self.rebase_every:
                self._rebase()
            if progress is not None:
                progress(self.now)

    def _act_now(self) -> None:
        while self.agenda.next_time() <= self.now and self.now < self.setup.horizon:
            for outgoing in self.agenda.pop():
                self._send(outgoing)

    def _advance(self, to: float) -> None:
        graph = self.world.graph
        bench = self.crew.benches[0]
        while True:
            status = advance(
                to, _WORK, self.left_to_us, self.trust, self.world.people.who, self.ties, graph.back_start, graph.back,
                self.hear, self.times, self.clock, self.acts, self.meeting_time, self.meeting_user, self.met,
                self.queue, self.state, self.columns, self.flags, self.answered, self.books, self.expressed, self.hops,
                self.setup.numbers.confidence, bench.scratch, bench.lanes, bench.work, self.sums, bench.counts,
                self.lowest, self.rows
            )  # fmt: skip
            if status == s.DONE or status == s.PAUSE:
                return
            if status == s.GROW_QUEUE:
                self.queue = _longer(self.queue, 2 * len(self.queue) + int(np.diff(graph.back_start).max()))
            elif status == s.GROW_MET:
                self._grow_met()
            elif status == s.STEP_DUE:
                self.rulings.end_step()
                return
            elif status == s.TALK_DUE:
                self._talk_step()
                if self.now >= to:
                    return

    def _talk_step(self) -> None:
        """People talk: the blocks of users are spread over threads, then the step is closed."""

        def part(first: int, last: int, bench: Bench) -> None:
            talk_blocks(
                first, last, self.trust, self.columns, self.flags, self.ties, self.times, self.clock, self.state,
                self.setup.numbers.confidence, bench.scratch, bench.lanes, bench.work, self.sums, bench.counts
            )  # fmt: skip

        self.crew.spread(part)
        counts = self.crew.counts_together()
        close_step(
            len(self.sums), self.sums, counts, self.state, self.clock, self.books, self.expressed, self.trust, self.lowest,
            self.rows, self.acts
        )  # fmt: skip

    def _rebase(self) -> None:
        """Write every stock as of now. Rounding may move own trust a little; the next step books that under time."""
        age = self.now - self.clock[s.CLOCK_BASE]
        by_block = self.columns.reshape(-1, len(s.COLUMNS), s.BLOCK)
        for name, columns in _CLOCKS:
            for which in columns:
                by_block[:, which // s.BLOCK, :] *= np.float32(math.exp(-age / getattr(self.times, name)))
        self.clock[s.CLOCK_BASE] = self.now

    # --- acts ---

    def _send(self, outgoing: Outgoing) -> None:
        """Put an act on its way: its row, who meets it and when, and what it changes about earlier acts."""
        act, row = outgoing.act, len(self.out)
        if row == len(self.acts):
            self.acts = _longer(self.acts, 2 * row)
            self.hops = np.concatenate([self.hops, np.zeros_like(self.hops)])
        self.out.append(outgoing)
        self.row_of[act.id] = row
        self.state[s.N_ACTS] = row + 1
        a = self.acts[row]
        a["key"] = draws.named(act.id)
        a["target"] = a["first_response"] = a["next_response"] = -1
        a["sign"] = outgoing.sign
        a["cause"] = self._cause(act.id)
        if outgoing.sign:
            self._describe(a, outgoing)
        else:
            self._link_response(row, outgoing)
        self._schedule_meetings(row, act)
        bait = self.row_of.get(bait_of(act))
        if bait is not None:  # once it is out, nobody is lured any more
            self.acts[bait]["end"] = self.acts[bait]["cursor"]

    def _describe(self, a, outgoing: Outgoing) -> None:
        p, act = self.setup.numbers, outgoing.act
        if outgoing.sign < 0:
            a["moral"] = outgoing.nature != "competence"
            a["scar"] = getattr(p, f"scar_{outgoing.nature}")
        a["cognitive"], a["affective"] = 2.0 * act.cognitive, 2.0 * (1.0 - act.cognitive)
        a["direct"], a["heard"] = outgoing.dose, outgoing.heard
        if self.setup.word_of_mouth and self.kappa > 0.0:
            a["hazard"] = self._virality(act) / self.kappa
        if act.tires:
            a["tires"] = p.fatigue_post * (p.fatigue_repeat if act.repetitive else 1.0)
        a["tired"] = outgoing.sign > 0 and act.form == "post" and act.speaker == "brand"
        a["marks"] = act_behind(act.id) not in self.setup.calendar

    def _virality(self, act) -> float:
        if act.virality is not None:
            return act.virality
        p = self.setup.numbers
        z = draws.normal(self.virality_key, draws.named(act.id), 0)
        return p.virality_mean * math.exp(p.virality_sigma * (z - p.virality_sigma / 2))

    def _link_response(self, row: int, outgoing: Outgoing) -> None:
        act, a = outgoing.act, self.acts[row]
        target = self.row_of[act.of or ""]
        a["target"], a["eta"], a["slot"] = target, outgoing.eta, self.n_responses
        a["cause"] = self.acts[target]["cause"]
        if self.n_responses == len(self.answered):
            self.answered = np.concatenate([self.answered, np.zeros_like(self.answered)])
        self.n_responses += 1
        a["next_response"] = self.acts[target]["first_response"]
        self.acts[target]["first_response"] = row
        self.acts[target]["hazard"] *= outgoing.raises_virality

    def _cause(self, act_id: str) -> int:
        """The row of the books for an act; repetitions of one act share a row."""
        name = act_id.split(" #")[0]
        if name not in self.cause_of:
            self.cause_of[name] = len(self.causes)
            self.causes.append(name)
            if len(self.causes) > len(self.books):
                self.books = np.concatenate([self.books, np.zeros_like(self.books)])
        return self.cause_of[name]

    def _schedule_meetings(self, row: int, act) -> None:
        key = str(sorted(act.audience.items()))
        if key not in self._audiences:
            follows = (self.flags[: self.n] & s.FOLLOWS) != 0
            self._audiences[key] = audience(self.world, act.audience, self.setup.numbers, follows)
        chosen = self._audiences[key]
        users, times = np.empty(self.n, np.uint32), np.empty(self.n)
        count = meetings(
            chosen, self.world.people.who, self.reach_key, self.when_key, draws.named(act.id), act.reach,
            self.cycle.passed(self.now), act.delay, self.setup.horizon, self.cycle.inverse, users, times
        )  # fmt: skip
        order = np.argsort(times[:count], kind="stable")
        first = self._room_for_meetings(count)
        self.meeting_time[first : first + count] = times[:count][order]
        self.meeting_user[first : first + count] = users[:count][order]
        self.acts[row]["cursor"], self.acts[row]["end"] = first, first + count
        if count:
            if self.state[s.QUEUE_SIZE] >= len(self.queue):
                self.queue = _longer(self.queue, 2 * len(self.queue))
            push(self.queue, self.state, self.meeting_time[first], row, self.meeting_user[first], s.MEETING)

    def _room_for_meetings(self, count: int) -> int:
        """A place for `count` more meetings: past ones are dropped before the arrays grow."""
        if self.meetings_used + count > len(self.meeting_time):
            earlier = self.acts[: len(self.out) - 1]
            kept = int((earlier["end"] - earlier["cursor"]).sum())
            size = max(len(self.meeting_time), 2 * (kept + count))
            time, user = np.zeros(size), np.zeros(size, np.uint32)
            used = 0
            for a in earlier:
                old, rest = slice(a["cursor"], a["end"]), a["end"] - a["cursor"]
                time[used : used + rest], user[used : used + rest] = self.meeting_time[old], self.meeting_user[old]
                a["cursor"], a["end"] = used, used + rest
                used += rest
            self.meeting_time, self.meeting_user, self.meetings_used = time, user, used
        first = self.meetings_used
        self.meetings_used += count
        return first

    def _grow_met(self) -> None:
        """A larger table of encounters, without those of finished acts that no response can refer to."""
        acts = self.acts[: len(self.out)]
        finished = (acts["cursor"] >= acts["end"]) & (acts["pending"] == 0) & (acts["sign"] > 0)
        keep = (~finished).astype(np.uint8)
        kept = count_kept(self.met, keep)
        most_at_once = int(np.diff(self.world.graph.back_start).max()) + 1
        size = len(self.met)
        while kept > EMPTIED * size or kept + most_at_once > FULLEST * size:
            size *= 2
        new = np.zeros(size, s.ENCOUNTER)
        self.state[s.MET_COUNT] = move_table(self.met, keep, new)
        self.met = new

    # --- what is left at the end ---

    def expressed_trust(self) -> np.ndarray:
        """Expressed trust now, f4[n] over rows."""
        return self.trust[self.state[s.SIDE], : self.n]

    def mean_trust_over_time(self) -> np.ndarray:
        """Mean of expressed trust from the start to the last step of talk, f4[n] over rows."""
        summed = float(self.clock[s.STEP_END] - self.clock[s.STEP_LENGTH])  # talk goes in whole steps
        if self.state[s.AWAKE] != s.RUNNING or summed <= 0.0:
            return self.expressed_trust()
        return s.column(self.columns, s.TRUST_HOURS, self.n) / np.float32(summed)

    def sides_and_wounds(self) -> dict[str, np.ndarray]:
        """The two sides of own trust, mean wound and mean scar of both sides (log units) now, each f8[n] over rows."""
        column = {name: s.column(self.columns, k * s.BLOCK, self.n) for k, name in enumerate(s.COLUMNS)}
        return sides_and_wounds(column, fades_at(self.now, self.clock[s.CLOCK_BASE], self.times))


def _longer(array: np.ndarray, size: int) -> np.ndarray:
    out = np.zeros(size, array.dtype)
    out[: len(array)] = array
    return out
