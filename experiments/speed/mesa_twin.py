"""The model once more, as one would write it with Mesa alone: agents with methods, lists of neighbours, a heap of events.

It is the oracle of the engine (tests/test_reference.py holds the two equal on the same random draws) and its rival in
speed. With the package it shares the draws and what a scenario holds, no formula and no loop.

    twin = TwinModel.from_scenario("data-breach", arm="silence", seed=1).run()     # or TwinModel(setup)
    twin.datacollector.get_model_vars_dataframe(), twin.users[3].trust, twin.own_book[cause, channel]

    python experiments/speed/mesa_twin.py data-breach --arm silence     # runs it beside the engine

One `step()` is one step of talk: all that happens before its end happens in time order, chains included; then everyone
listens to those they listen to and speaks, and may leave or join. A further process is a method of TrustUser, Brand or
Desk that schedules itself with `later`, or a pass over `agents` in `step`. Times in hours.
"""

from __future__ import annotations

import argparse
import functools
import heapq
import itertools
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

import mesa
import numpy as np
from twin_brand import PEOPLE, Brand
from twin_desk import Desk
from twin_stocks import Left
from twin_stories import Story
from twin_user import TrustUser

from sim.dynamics.setup import Seeds, Setup, prepare
from sim.scenario.acts import Act
from sim.scenario.scenario import Scenario, load
from sim.world import draws

PURPOSES = (  # of draws
    "meet", "meeting delay", "share", "share delay", "virality", "found out", "post time", "post", "bad time",
    "bad after act", "public", "abusive", "answered", "service", "after answer", "intent", "leaves", "moderated", "clue",
    "outreach", "membership", "story virality", "post story", "complaint story", "repost story", "praise story",
    "clue story",
)  # fmt: skip
COUNTED = (  # cumulative
    "posts_positive", "posts_negative", "complaints_opened", "complaints_answered", "complaints_ignored",
    "complaints_deleted", "joined", "left",
)  # fmt: skip
MEANS = {  # name of a column -> what of a user it is the mean of
    "trust": "trust", "own": "own", "cognitive": "cognitive.trust", "affective": "affective.trust", "wound": "wound",
    "scar": "scar",
}  # fmt: skip
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
STILL, MOST_SWEEPS = 1e-13, 1000  # until talk stands still at the start


class TwinModel(mesa.Model):
    """One run of a `sim.dynamics.setup.Setup`. `now` is the time in hours."""

    def __init__(self, setup: Setup):
        super().__init__(rng=int(draws.stream(setup.events_seed, "mesa")))
        self.setup, self.p, self.now = setup, setup.numbers, 0.0
        self.steps_done = 0
        self.keys = {purpose: draws.stream(setup.events_seed, purpose) for purpose in PURPOSES}
        self.left_after = functools.lru_cache(maxsize=1024)(functools.partial(Left.after, self.p))
        self.own_book: Counter[tuple[str, str]] = Counter()  # (cause, channel) -> change of mean own trust
        self.expressed_book: Counter[str] = Counter()  # pull and talk -> change of mean expressed trust
        self.pending: list[tuple] = []  # events, a heap
        self.numbering = itertools.count()
        self.stories: list[Story] = []  # of acts and of users
        self.counts = dict.fromkeys(COUNTED, 0)
        self.moderated = setup.policy.moderation  # abuse, under a published rule
        self.expected = (
            setup.trust + self.p.alternatives_pull * setup.policy.alternatives
        )  # of a brand, by its followers
        self.users = list(self.make_users())
        self.tie_users()
        self.first_followers = min(
            self.p.followers_highest, mean((user.follows for user in self.users), len(self.users))
        )
        self.passes_on = setup.word_of_mouth and self.kappa > 0
        self.desk, self.brand = Desk(self), Brand(self)
        self.brand.plan()
        self.agents.do("begin_to_live")
        self.settle_talk()
        self.seen = self.look()
        self.trust_at_first = self.seen["trust"]
        self.datacollector = mesa.DataCollector(
            model_reporters={name: functools.partial(seen, name) for name in self.seen}
        )
        self.datacollector.collect(self)

    @classmethod
    def from_scenario(
        cls, scenario: str | Mapping[str, Any] | Scenario, arm: str | None = None, seed: int = 1
    ) -> TwinModel:
        """One arm (None: the reference) of a scenario: a name of the library, a file, a dict. Raises RippleError."""
        return cls(prepare(load(scenario), arm, Seeds.of(seed)))

    # --- who is there ---

    def make_users(self) -> mesa.agent.AgentSet:
        people, n, seed, p = self.setup.world.people, self.setup.world.n_users, self.setup.world.seed, self.p
        z = draws.normals(draws.stream(seed, "activity"), people.who, 0)
        activity = np.minimum(p.activity_most, p.activity_median * np.exp(p.activity_sigma * z))
        young = draws.uniforms(draws.stream(seed, "cohort"), people.who, 0) < p.cohort_share
        users = TrustUser.create_agents(
            self,
            n,
            row=list(range(n)),
            who=people.who.tolist(),
            weight=people.weight.tolist(),
            follows=people.follows.tolist(),
            talk_rate=people.talk_rate.tolist(),
            own_rate=people.own_rate.tolist(),
            base_cognitive=people.base_cognitive.tolist(),
            base_affective=people.base_affective.tolist(),
            activity=activity.astype(np.float32).tolist(),  # in single precision, like all that is drawn of people
            young=young.tolist(),
        )
        getattr(mesa.Agent, "_ids", {}).pop(self, None)  # Mesa 3.3 would keep every model for ever by it
        return users

    def tie_users(self) -> None:
        """Give every user the lists of those it hears and of those who hear it."""
        graph, users = self.setup.world.graph, self.users
        ends = graph.start.tolist()
        for user, first, last in zip(users, ends, ends[1:], strict=False):
            user.hears = [users[row] for row in graph.heard[first:last].tolist()]
            if graph.weight is not None:
                weights = graph.weight[first:last].tolist()
                user.attention = [weight / sum(weights) for weight in weights]
            for other in user.hears:
                other.listeners.append(user)
        # the mean number of listeners of a user reached along a tie: reached as often as it hears someone
        reached = sum(len(user.hears) for user in users)
        self.kappa = sum(len(user.hears) * len(user.listeners) for user in users) / reached if reached else 0.0

    def settle_talk(self) -> None:
        """Start where talk leaves everyone's trust in peace, so that a run without acts stands still."""
        for _ in range(MOST_SWEEPS if any(user.own_rate for user in self.users) else 0):
            self.agents.do("rest")
            change = max(abs(user.next_trust - user.trust) for user in self.users)
            for user in self.users:
                user.trust = user.next_trust
            if change < STILL:
                break
        self.agents.do("begin")

    # --- time ---

    def step(self) -> None:
        """All that happens up to the next step of talk; then everyone talks at once, and one row is collected."""
        self.steps_done += 1
        end = self.steps_done * self.setup.step
        while self.pending and self.pending[0][0] < end:
            self.now, _, _, happen, what = heapq.heappop(self.pending)
            happen(*what)
        self.now = end
        for complaint in self.desk.open:
            complaint.wait()
        self.agents.do("fade")
        self.agents.do("listen")
        self.agents.do("speak")
        if self.has("membership"):
            self.agents.do("follow_or_leave")
        self.seen = self.look()
        self.brand.trust_is(self.seen["trust"], self.trust_at_first)
        self.datacollector.collect(self)
        self.running = self.steps_done < self.setup.n_steps

    def run(self) -> TwinModel:
        """Step to the horizon."""
        while self.running:
            self.step()
        return self

    def later(self, at: float, order: tuple[int, int, int], happen: Callable[..., None], *what: Any) -> None:
        """Let something happen at a time; order: among what falls on the same moment. Nothing happens in the past."""
        heapq.heappush(self.pending, (max(at, self.now), order, next(self.numbering), happen, what))

    @staticmethod
    def order_of(user: TrustUser, row: int) -> tuple[int, int, int]:
        """The place of what happens to a user because of the row-th act, among what falls on the same moment."""
        return PEOPLE, row, user.row

    def has(self, process: str) -> bool:
        """False for a process that was left out: posts, complaints, membership."""
        return process not in self.setup.without

    # --- chance ---

    def draw(self, purpose: str, who: int, event: Any) -> float:
        """A uniform number between 0 and 1, the same one whenever it is asked for."""
        return draws.uniform(self.keys[purpose], who, event)

    def exponential(self, purpose: str, who: int, event: Any) -> float:
        """A unit exponential, from the same number."""
        return -math.log(self.draw(purpose, who, event))

    def normal(self, purpose: str, event: Any) -> float:
        """A standard normal about one story."""
        return float(draws.normals(self.keys[purpose], event, 0)[0])

    def meetings(self, name: str, act: Act, audience: list[TrustUser]) -> Iterator[tuple[TrustUser, float]]:
        """Who of an audience comes across an act, and when: after an exponential delay on a clock of reading."""
        who, event = [user.who for user in audience], draws.named(name)
        coins = draws.uniforms(self.keys["meet"], who, event).tolist()
        delays = draws.exponentials(self.keys["meeting delay"], who, event).tolist()
        for user, coin, delay in zip(audience, coins, delays, strict=True):
            if coin < act.reach:
                peak = self.p.daily_peak - self.setup.start_hour
                yield user, time_when(self.now, act.delay * delay, peak, self.p.daily_swing)

    # --- what is seen ---

    def book(self, cause: str, channel: str, change: float) -> None:
        """Own trust of one user changed: why, and how that came."""
        self.own_book[cause, channel] += change / len(self.users)

    def book_expressed(self, pull: float, talk: float) -> None:
        """Expressed trust of one user changed: by the pull of own trust, and by talk."""
        self.expressed_book["pull"] += pull / len(self.users)
        self.expressed_book["talk"] += talk / len(self.users)

    def look(self) -> dict[str, float]:
        """What is seen now of all users, of followers and of those an act reached; then counts over all acts."""
        stories, desk = self.stories, self.desk
        row = self.look_at("", "users", self.users)
        row |= self.look_at("followers_", "followers", [user for user in self.users if user.follows])
        row |= self.look_at("reached_", "reached", [user for user in self.users if user.reached])
        row["met"] = sum(len(story.met) for story in stories)
        row["heard"] = sum(story.heard.total() for story in stories)
        row["shared"] = sum(len(story.shared) for story in stories)
        row["stories_alive"] = sum(story.pending > 0 for story in stories)
        row["shares_pending"] = sum(story.pending for story in stories)
        row["complaints_waiting"] = len(desk.open)
        row["queue"] = desk.complaints_queued
        answered = self.counts["complaints_answered"]
        row["waiting_hours"] = desk.hours_waited / answered if answered else math.nan
        return row | self.counts

    def look_at(self, prefix: str, count: str, users: list[TrustUser]) -> dict[str, float]:
        """Means, quantiles and shares over some users; NaN over none."""
        n = len(users)
        row = {prefix + name: mean(map(attrgetter(what), users), n) for name, what in MEANS.items()}
        high, low = self.setup.trust + self.p.advocate_distance, self.setup.trust - self.p.detractor_distance
        row[prefix + "advocates"] = mean((user.trust > high for user in users), n)
        row[prefix + "detractors"] = mean((user.trust < low for user in users), n)
        ranked = sorted(user.trust for user in users)
        for q in QUANTILES:
            row[f"{prefix}trust_q{round(100 * q):02d}"] = ranked[math.ceil(q * n) - 1] if n else math.nan
        return {**row, count: n}


def seen(name: str, model: TwinModel) -> float:
    """A reporter of the data collector."""
    return model.seen[name]


def mean(values: Iterator[float], n: int) -> float:
    return sum(values) / n if n else math.nan


def time_when(start: float, read: float, peak: float, swing: float) -> float:
    """When so many hours were read since `start`: people read at 1 + swing cos(2 pi (t - peak) / 24). By halving."""

    def done(t: float) -> float:
        wave = 12 / math.pi * swing
        return t - start + wave * (math.sin(math.pi / 12 * (t - peak)) - math.sin(math.pi / 12 * (start - peak)))

    low, high = start, start + read + 48
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if done(middle) < read else (low, middle)
    return high


# --- beside the engine -----------------------------------------------------------------------------------------------


def beside_the_engine(setup: Setup) -> str:
    """Run both on the same setup: the two trust curves in points, and how long each took in this process."""
    import numpy as np

    from sim.dynamics.engine import Engine
    from sim.dynamics.observe import table

    Engine(setup)  # compiles, or reads what was compiled
    Engine(setup).run()
    began = time.perf_counter()
    engine = Engine(setup).run()
    middle = time.perf_counter()
    twin = TwinModel(setup).run()
    seconds = time.perf_counter() - middle, middle - began
    ours, theirs = twin.datacollector.model_vars, table(engine.rows)
    curves = 100 * np.array(ours["trust"]), 100 * theirs["trust"]
    hours = [setup.step * int(curve.argmin()) for curve in curves]
    lines = [
        ("", "Mesa twin", "engine"),
        ("trust at the start, points", *(f"{curve[0]:.4f}" for curve in curves)),
        ("lowest", *(f"{curve.min():.4f}" for curve in curves)),
        ("  at hour", *(f"{hour:g}" for hour in hours)),
        ("at the end", *(f"{curve[-1]:.4f}" for curve in curves)),
        ("mean over time", *(f"{curve.mean():.4f}" for curve in curves)),
        (
            "met, heard, shared",
            *("{}, {}, {}".format(*(c[k][-1] for k in ("met", "heard", "shared"))) for c in (ours, theirs)),
        ),
        ("seconds of the run", *(f"{s:.3f}" for s in seconds)),
    ]
    text = "\n".join(f"{name:<28}{one:>18}{other:>18}" for name, one, other in lines)
    apart = float(np.abs(curves[0] - curves[1]).max())
    return f"{text}\nThe curves are {apart:.1e} points apart at most; the twin took {seconds[0] / seconds[1]:,.0f} times as long."


def main(words: list[str] | None = None) -> None:
    """The command line."""
    from sim.errors import RippleError

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("scenario", help="a name of the library, or a file")
    options.add_argument("--arm", help="which response; default: the first")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--users", type=int, help="in place of the scenario's number of users")
    options.add_argument("--horizon", help='in place of the scenario\'s, as in "30 d"')
    chosen = options.parse_args(words)
    changes = {"network.users": chosen.users, "horizon": chosen.horizon}
    try:
        scenario = load(chosen.scenario).changed({path: v for path, v in changes.items() if v is not None})
        setup = prepare(scenario, chosen.arm, Seeds.of(chosen.seed))
    except RippleError as problem:
        sys.exit(f"mesa_twin: {problem}")
    arm, users = chosen.arm or scenario.reference, setup.world.n_users
    print(f"{scenario.name}, arm {arm}, seed {chosen.seed}: {users:,} users, {setup.horizon / 24:g} days")
    print(beside_the_engine(setup))


if __name__ == "__main__":
    main()
