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

from sim.dynamics import first_start, observe
from sim.dynamics import state as s
from sim.dynamics.brand import Agenda, Outgoing
from sim.dynamics.complaints import first_bad_experiences
from sim.dynamics.crew import Crew
from sim.dynamics.exposure import DailyCycle
from sim.dynamics.law import law
from sim.dynamics.membership import first_moves
from sim.dynamics.posts import first_candidates
from sim.dynamics.room import first_arrays, longer, with_room
from sim.dynamics.rulings import Rulings
from sim.dynamics.sending import send
from sim.dynamics.setup import LARGE, Setup
from sim.dynamics.sides import sides_and_wounds
from sim.dynamics.talk import N_SUMS, SUM_TRUST, Bench, Ties, relax_blocks
from sim.dynamics.tick import EACH_STEP, FEW, MANY, advance, close_step, talk_blocks
from sim.dynamics.trust import Times, fades_at
from sim.world import draws

_WORK = 1_000_000  # events between two looks at the clock on the wall: about a tenth of a second
_FADED_OUT = 20  # time constants after which stocks are written anew: exp(20) is far inside float32
_MOST_SWEEPS, _STILL = 1000, 2e-7  # until talk stands still at the start: float32 resolves no more
_CLOCKS = (  # the columns that live in each clock
    ("gain", (s.GAIN_C, s.GAIN_E)),
    ("wound", (s.WOUND_C, s.WOUND_E)),
    ("hurt", (s.HURT_C, s.HURT_E)),
    ("scar", (s.SCAR_C, s.SCAR_E)),
    ("fatigue", (s.FATIGUE,)),
    ("word", (s.WORD,)),
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
        self._lay_out()
        self._numbers()
        first_start.finish(self)
        self._begin()

    @property
    def now(self) -> float:
        """Hours since the start."""
        return float(self.clock[s.NOW])

    # the arrays that others read; told of in state.py

    @property
    def columns(self) -> np.ndarray:
        """The users' columns: see `state.column`."""
        return self.live.columns

    @property
    def flags(self) -> np.ndarray:
        """FOLLOWS, REACHED, YOUNG of each user."""
        return self.live.flags

    @property
    def acts(self) -> np.ndarray:
        """One row for each of `out`, then room for more, then the stories of users, from `first_story` on."""
        return self.live.acts

    @property
    def met(self) -> np.ndarray:
        """The table of encounters."""
        return self.live.met

    @property
    def hops(self) -> np.ndarray:
        """First hearers of each act by hop."""
        return self.live.hops

    @property
    def books(self) -> np.ndarray:
        """The own book: one row for each of `causes`, one column for each channel."""
        return self.live.books

    @property
    def state(self) -> np.ndarray:
        """Whole numbers that change as the model runs."""
        return self.live.state

    @property
    def clock(self) -> np.ndarray:
        """Times and the like."""
        return self.live.clock

    @property
    def first_story(self) -> int:
        """The first row of `acts` for a story of a user."""
        return len(self.live.hops)

    # --- laying out the arrays ---

    def _lay_out(self) -> None:
        setup, graph = self.setup, self.world.graph
        self.agenda = Agenda(
            list(setup.acts), setup.numbers, conceal=setup.conceal, seed=setup.events_seed, n_users=self.n,
            moderation=setup.policy.moderation, desk=setup.policy.desk.agents > 0
        )  # fmt: skip
        self.live = first_arrays(setup, sum(2 if act.lure > 0.0 else 1 for act in setup.acts))
        self.out: list[Outgoing] = []  # what went out to people, one for each row of `acts`
        self.row_of: dict[str, int] = {}
        self.causes = list(s.CAUSES)
        self.cause_of: dict[str, int] = {}
        self.audiences: dict[str, np.ndarray] = {}  # those that stay as they are
        self.meetings_used = 0
        self.n_responses = 0
        self.expressed = np.zeros(2)
        self.by_hand: dict[str, float] = {}  # expressed book: what causes outside the model did (byhand.py)
        weight = graph.weight if graph.weight is not None else np.zeros(0, np.float32)
        self.ties = Ties(graph.start, graph.heard, weight, *graph.side_by_side)
        self.trust = np.zeros((2, s.padded(self.n)), np.float32)

    def _numbers(self) -> None:
        p, setup = self.setup.numbers, self.setup
        self.times = Times(p.forget_gain, p.heal_competence, p.heal_moral, p.heal_scar, p.fatigue_time, p.word_time)
        self.kappa = self.world.graph.mean_listeners_of_reached()
        self.law = law(
            p, setup.policy, seed=setup.events_seed, kappa=self.kappa, word_of_mouth=setup.word_of_mouth,
            baseline=setup.trust, followers=float(self.world.people.follows.mean()), horizon=setup.horizon,
            without=setup.without
        )  # fmt: skip
        self.per_kappa, self.complaining = float(self.law.per_kappa), bool(self.law.complaints)
        self.reach_key = draws.stream(setup.events_seed, "meet")
        self.when_key = draws.stream(setup.events_seed, "meeting delay")
        self.virality_key = draws.stream(setup.events_seed, "virality")
        self.cycle = DailyCycle(setup.start_hour, p.daily_peak, p.daily_swing)
        # stocks are moved to a new base before their clocks leave the range of float32
        steps = max(1, math.floor(_FADED_OUT * min(self.times) / setup.step))
        self.rebase_every = steps * setup.step
        # what one event may reach: the listeners of a user, or a job for each agent of the desk
        self.most_at_once = max(int(np.diff(self.world.graph.back_start).max()), setup.policy.desk.agents)

    def _begin(self) -> None:
        setup, p = self.setup, self.setup.numbers
        n_blocks = s.padded(self.n) // s.BLOCK
        self.sums = np.zeros((n_blocks, 3, N_SUMS))
        self.rows = np.zeros((setup.n_steps + 1, observe.N_ROW))
        self.clock[s.GROUP_LOW] = setup.trust - p.detractor_distance
        self.clock[s.GROUP_HIGH] = setup.trust + p.advocate_distance
        self.clock[s.LAST_LENGTH] = 1.0
        self.clock[s.LOWEST] = math.inf
        self.clock[s.TRUST_ALARM] = -math.inf
        self.state[s.QUEUE_ALARM] = np.iinfo(np.int64).max
        self.state[s.MODERATED] = setup.policy.moderation
        self.lowest = np.zeros_like(self.trust[0])
        self.crew = Crew(self.threads, self.n, self.world.graph.start)
        self._settle_talk()
        self.start_trust = self.trust[0, : self.n].copy()
        self._talk_step()  # of length 0: sums what is seen at the start and moves no one
        self.clock[s.STEP_LENGTH] = self.clock[s.STEP_END] = self.clock[s.LAST_LENGTH] = setup.step
        self.expressed[:] = 0.0
        self.clock[s.STANDING] = self._standing_pull()
        self.books[:] = 0.0
        self._begin_processes()
        self._set_alarms()
        self.rulings = Rulings(self, setup.rules)

    def _begin_processes(self) -> None:
        """What users do by themselves; a process that is left out takes neither time nor room."""
        p = self.law
        self.state[s.JOINED] = self.state[s.LEFT] = 0
        if p.posts or p.complaints or p.membership:
            self.state[s.AWAKE] = s.RUNNING
        if p.posts:
            first_candidates(self.live, p)
        if p.complaints and p.bad_rate > 0.0:
            times = draws.exponentials(p.bad_time_key, self.world.people.who, 0) / p.bad_rate
            soon = np.flatnonzero(times < self.setup.horizon)
            self.live = with_room(self.live, len(soon))
            first_bad_experiences(soon, times[soon], self.live)
        if p.membership:
            first_moves(self.live, p)

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
        acted = False
        while self.agenda.next_time() <= self.now and self.now < self.setup.horizon:
            acted = True
            for outgoing in self.agenda.pop():
                send(self, outgoing)
        if acted and self.agenda.watches:
            self._set_alarms()

    def _advance(self, to: float) -> None:
        while True:
            status = advance(
                to, _WORK, self.left_to_us, self.trust, self.ties, self.setup.numbers.confidence, self.crew.benches[0],
                self.sums, self.lowest, self.expressed, self.rows, self.live, self.law, self.times
            )  # fmt: skip
            if status == s.GROW:
                self._make_room()
            elif status == s.STEP_DUE:
                self.rulings.end_step()
                status = s.ALARMED if self.state[s.ALARM] else s.DONE
            elif status == s.TALK_DUE:
                self._talk_step()
                if self.state[s.ALARM]:
                    status = s.ALARMED
                elif self.now >= to:
                    return
            if status == s.ALARMED:
                self._alarmed()
            if status in (s.DONE, s.PAUSE, s.ALARMED):
                return

    def _make_room(self) -> None:
        """Let the arrays grow that an event may fill."""
        self.live = with_room(self.live, self.most_at_once)

    def _talk_step(self) -> None:
        """People talk: the blocks of users are spread over threads, then the step is closed."""

        def part(first: int, last: int, bench: Bench) -> None:
            talk_blocks(
                first, last, self.trust, self.ties, self.setup.numbers.confidence, bench, self.sums, self.live,
                self.law, self.times
            )  # fmt: skip

        self.crew.spread(part)
        counts = self.crew.counts_together()
        close_step(
            len(self.sums), self.sums, counts, self.state, self.clock, self.books, self.expressed, self.trust, self.lowest,
            self.rows
        )  # fmt: skip

    # --- what conditional acts wait for ---

    def _set_alarms(self) -> None:
        """Have the compiled loop come back when the next of the watches may be met."""
        started = self.rows[0, SUM_TRUST]
        self.acts["alarm"] = 0
        self.clock[s.TRUST_ALARM] = -math.inf
        self.state[s.QUEUE_ALARM] = np.iinfo(np.int64).max
        for watch in self.agenda.watches:
            if watch.kind == "trust_fell":
                self.clock[s.TRUST_ALARM] = max(self.clock[s.TRUST_ALARM], started - watch.least * self.n)
            elif watch.kind == "queue":
                self.state[s.QUEUE_ALARM] = min(self.state[s.QUEUE_ALARM], math.ceil(watch.least))
            elif watch.of in self.row_of:
                a, level = self.acts[self.row_of[watch.of]], math.ceil(watch.least)
                if a["alarm"] == 0 or level < a["alarm"]:
                    a["alarm"] = level

    def _alarmed(self) -> None:
        """Trip the watches that are met."""
        self.state[s.ALARM] = 0
        for watch in list(self.agenda.watches):
            if watch.kind == "trust_fell":
                fallen = self.rows[0, SUM_TRUST] - self.rows[self.state[s.STEP], SUM_TRUST]
                met = fallen > watch.least * self.n
            elif watch.kind == "queue":
                met = self.state[s.QUEUED] >= watch.least
            else:
                row = self.row_of.get(watch.of or "")
                met = row is not None and self.acts[row]["n_heard"] >= watch.least
            if met:
                self.agenda.trip(watch, self.now)
        self._set_alarms()

    def _rebase(self) -> None:
        """Write every stock as of now. Rounding may move own trust a little; the next step books that under time."""
        age = self.now - self.clock[s.CLOCK_BASE]
        by_block = self.columns.reshape(-1, len(s.COLUMNS), s.BLOCK)
        for name, columns in _CLOCKS:
            for which in columns:
                by_block[:, which // s.BLOCK, :] *= np.float32(math.exp(-age / getattr(self.times, name)))
        self.clock[s.CLOCK_BASE] = self.now

    def cause_row(self, act_id: str) -> int:
        """The row of the books for an act; repetitions of one act share a row."""
        name = act_id.split(" #")[0]
        if name not in self.cause_of:
            self.cause_of[name] = len(self.causes)
            self.causes.append(name)
            if len(self.causes) > len(self.books):
                self.live = self.live._replace(books=longer(self.books, 2 * len(self.books)))
        return self.cause_of[name]

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
