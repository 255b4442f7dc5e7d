"""The model once more, slow and plain: dicts, lists and floats, one rule after the other, as its text says it.

An oracle for the engine: it shares the random draws and what a scenario holds with the package, and no formula and no
loop. Nothing is packed, nothing sleeps, no clock is shared: stocks fade when they are touched, every meeting and every
share waits in one queue, and talk walks along the ties of a NetworkX graph.

    twin = PlainTwin(setup).run()
    twin.series["trust"], twin.users[3].trust, twin.encounters[act, user], twin.own_book[cause, channel]

Ties are read as (i, j): i listens to j. Times in hours.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from types import SimpleNamespace

import networkx as nx

from sim.world import draws

MATCH_OF_DECEPTION = "integrity"  # a deception from the start is answered like a breach of integrity
TALK, BRAND, PEOPLE = range(3)  # the order of what falls on the same moment
ACTS, FINDINGS, ANSWERS = range(3)  # and of what the brand and the world do then


def ties_of(graph) -> nx.DiGraph:
    """The network as NetworkX has it: i -> j with a weight when i listens to j; the weights of i sum to 1."""
    ties = nx.DiGraph()
    ties.add_nodes_from(range(graph.n_users))
    for i in range(graph.n_users):
        places = range(int(graph.start[i]), int(graph.start[i + 1]))
        weights = [1.0 if graph.weight is None else float(graph.weight[e]) for e in places]
        for e, weight in zip(places, weights, strict=True):
            ties.add_edge(i, int(graph.heard[e]), weight=weight / sum(weights))
    return ties


class User(SimpleNamespace):
    """One user. Sides "c" and "e"; `wound` has a clock for failures of competence and one for moral ones."""

    def fade(self, hours: float, p) -> None:
        """Time passes: dS/dt = -S/tau for every stock."""
        for side in "ce":
            self.gain[side] *= math.exp(-hours / p.forget_gain)
            self.wound[side, "competence"] *= math.exp(-hours / p.heal_competence)
            self.wound[side, "moral"] *= math.exp(-hours / p.heal_moral)
            self.scar[side] *= math.exp(-hours / p.heal_scar)
        self.fatigue *= math.exp(-hours / p.fatigue_time)

    def wounds(self, side: str) -> float:
        return self.wound[side, "competence"] + self.wound[side, "moral"]

    def side(self, side: str) -> float:
        return (self.base[side] + self.gain[side]) * math.exp(-(self.wounds(side) + self.scar[side]))

    def own_trust(self) -> float:
        return self.w * self.side("c") + (1 - self.w) * self.side("e")


class PlainTwin:
    """One run of a `sim.dynamics.setup.Setup`."""

    def __init__(self, setup):
        self.setup, self.p, self.now = setup, setup.numbers, 0.0
        people, seed = setup.world.people, setup.events_seed
        self.ties = ties_of(setup.world.graph)
        self.key = {
            purpose: draws.stream(seed, purpose)
            for purpose in ("meet", "meeting delay", "share", "share delay", "virality", "found out")
        }
        self.users = [
            User(
                who=int(people.who[i]), w=float(people.weight[i]), follows=bool(people.follows[i]),
                ks=float(people.talk_rate[i]), ka=float(people.own_rate[i]),
                hears=[(j, tie["weight"]) for j, tie in self.ties.adj[i].items()],
                base={"c": float(people.base_cognitive[i]), "e": float(people.base_affective[i])},
                gain={"c": 0.0, "e": 0.0}, scar={"c": 0.0, "e": 0.0}, fatigue=0.0, at=0.0, jumps=[], reached=False,
                wound={(side, clock): 0.0 for side in "ce" for clock in ("competence", "moral")}
            )
            for i in range(people.n_users)
        ]  # fmt: skip
        # a user reached along a tie: reached as often as it listens to someone
        reached = sum(degree for _, degree in self.ties.out_degree())
        listeners = sum(self.ties.out_degree(i) * self.ties.in_degree(i) for i in self.ties)
        self.kappa = listeners / reached if reached else 0.0
        self.public: dict[str, SimpleNamespace] = {}  # acts by id, as they came out
        self.began: dict[str, float] = {}  # hidden acts
        self.denied: set[str] = set()
        self.violations: list[tuple[float, str]] = []
        self.record, self.record_at = 0.0, 0.0
        self.encounters: dict[tuple[str, int], SimpleNamespace] = {}
        self.eta: dict[tuple[str, int], float] = {}  # best response met, per act and user
        self.met, self.shared = defaultdict(list), defaultdict(list)  # act -> users, in time order
        self.hearings = Counter()  # (act, hop) -> first hearings
        self.own_book, self.expressed_book = Counter(), Counter()
        self.series = defaultdict(list)
        self.todo: list[tuple] = []

    # --- the order of things ---

    def run(self) -> PlainTwin:
        for number, act in enumerate(self.setup.acts):
            rank = ACTS if act.repairs is None else ANSWERS
            heapq.heappush(self.todo, (act.at, BRAND, rank, number, lambda act=act: self.act(act)))
        for step in range(1, self.setup.n_steps + 1):
            heapq.heappush(self.todo, (step * self.setup.step, TALK, 0, step, self.talk))
        self.rest()
        self.observe()
        while self.todo and self.todo[0][0] <= self.setup.horizon:
            self.now, *_, happen = heapq.heappop(self.todo)
            happen()
        return self

    def later(self, time: float, row: int, user: int, happen) -> None:
        if time < self.setup.horizon:
            heapq.heappush(self.todo, (time, PEOPLE, row, user, happen))

    # --- what the brand and the world do ---

    def act(self, act) -> None:
        if act.repairs is not None:
            self.respond(act)
        elif not act.hidden:
            self.publish(act, act.nature)
        else:
            self.began[act.id] = self.now
            if act.lure:
                self.begin(f"{act.id} (while hidden)", act, 1, act.lure, {"kind": "prospects"}, virality=0.0)
            found = act.found
            if found is None and act.found_mean is not None:
                hazard = draws.exponentials(self.key["found out"], draws.named(act.id), 0)
                found = self.now + act.found_mean * float(hazard[0])
            if found is not None:
                heapq.heappush(self.todo, (found, BRAND, FINDINGS, len(self.began), lambda: self.found_out(act)))

    def found_out(self, act) -> None:
        if act.id not in self.public:
            concealed = self.setup.conceal or act.conceal or act.id in self.denied
            self.publish(act, "deception" if concealed else act.nature)

    def publish(self, act, nature, told=1.0) -> None:
        """An act becomes public and goes on record; `told` is D."""
        m, worse = abs(act.magnitude), 1.0
        if act.magnitude < 0:
            self.record *= math.exp(-(self.now - self.record_at) / self.p.forget_record)
            self.record_at = self.now
            worse = 1 + self.p.record_weight * self.record
            if m >= self.p.record_least:
                self.record += 1
                self.violations.append((self.now, act.id))
        self.begin(act.id, act, 1 if act.magnitude >= 0 else -1, m, act.audience, act.virality, nature, worse * told)

    def begin(self, name, act, sign, m, audience, virality, nature=None, factor=1.0) -> None:
        p = self.p
        if virality is None:
            z = float(draws.normals(self.key["virality"], draws.named(name), 0)[0])
            virality = math.exp(math.log(p.virality_mean) - p.virality_sigma**2 / 2 + p.virality_sigma * z)
        peer = p.credibility_peer * p.platform_trust
        gain = p.loss / p.asymmetry
        if sign > 0:
            direct = gain * m * getattr(p, f"credibility_{act.speaker}") * p.platform_trust
            hearsay = p.hearsay * gain * m * peer
        else:
            direct = p.loss * m * factor
            hearsay = p.hearsay * p.hearsay_asymmetry * gain * m * factor * peer
        self.public[name] = out = SimpleNamespace(
            name=name, row=len(self.public), act=act, sign=sign, nature=nature, direct=direct, hearsay=hearsay,
            virality=virality if self.setup.word_of_mouth else 0.0, since=self.now,
            own_post=act.form == "post" and act.speaker == "brand", counts=act.id not in self.setup.calendar
        )  # fmt: skip
        self.reach(out, audience, lambda i: self.meet(i, out))

    def respond(self, response) -> None:
        p, hidden = self.p, response.of not in self.public
        target = next(act for act in self.setup.acts if act.id == response.of)
        if hidden and not response.admits:
            self.denied.add(target.id)
            return
        if hidden:
            best = p.told_product if target.nature == "competence" else p.told_moral
            tau = self.now - self.began[target.id]
            self.publish(target, target.nature, told=1 - (1 - best) / (1 + tau / p.told_time))
            if response.only_tells:
                return
        story = self.public[target.id]
        eta = 0.0
        if story.sign < 0 and (not response.only_for or target.kind in response.only_for):
            match = response.repairs[MATCH_OF_DECEPTION if target.nature == "deception" else target.nature]
            eta = p.repair * match / (1 + (self.now - story.since) / p.repair_time)
            if story.nature == "deception":
                eta *= p.deception_repair
            if any(name != target.id and at >= self.now - p.repeat_window for at, name in self.violations):
                eta *= p.repeat_repair
        if response.stirs:
            story.virality *= p.compensation_virality
        out = SimpleNamespace(name=response.id, row=len(self.public), act=response)
        self.public[response.id] = out
        self.reach(out, response.audience, lambda i: self.meet_response(i, out, story, eta))

    # --- meeting, hearing, passing on ---

    def reach(self, out, audience, happen) -> None:
        """Everyone in the audience tosses a coin; who is reached meets it at the own time of a day that has a cycle."""
        event, act, p = draws.named(out.name), out.act, self.p
        who = [user.who for user in self.users]
        coins = draws.uniforms(self.key["meet"], who, event).tolist()
        delays = draws.exponentials(self.key["meeting delay"], who, event).tolist()
        for i, user in enumerate(self.users):
            if addressed(self.setup.world.graph.label(i), user, audience) and coins[i] < act.reach:
                peak = p.daily_peak - self.setup.start_hour
                time = time_when(self.now, act.delay * delays[i], peak, p.daily_swing)
                self.later(time, out.row, i, lambda i=i: happen(i))

    def encounter(self, i: int, out) -> SimpleNamespace:
        self.users[i].reached |= out.counts
        if (out.name, i) not in self.encounters:
            self.encounters[out.name, i] = SimpleNamespace(
                taken=0.0, wound=0.0, at=self.now, hazard=0.0, met=False, heard=False, shares=False, hop=None
            )
        return self.encounters[out.name, i]

    def meet(self, i: int, out) -> None:
        if out.name == f"{out.act.id} (while hidden)" and out.act.id in self.public:
            return  # once it is out, nobody is lured any more
        user, known = self.users[i], self.encounter(i, out)
        known.met = True
        self.met[out.name].append(i)
        self.age(user)
        dose = out.direct
        if out.sign > 0 and out.own_post:
            dose /= 1 + user.fatigue / self.p.fatigue_half
        if out.act.tires:
            user.fatigue += self.p.fatigue_post * (self.p.fatigue_repeat if out.act.repetitive else 1)
        self.take(i, out, known, max(0.0, dose - known.taken), "direct")
        self.maybe_share(i, out, known, 0)

    def hear(self, i: int, out, hop: int) -> None:
        p, user, known = self.p, self.users[i], self.encounter(i, out)
        if not known.met and not known.heard:
            fits = 1 + out.sign * p.resistance * (user.trust - 0.5)
            known.hop = hop
            self.hearings[out.name, hop] += 1
            dose = out.hearsay * p.fading ** (hop - 1) * fits
            self.age(user)
            self.take(i, out, known, dose, f"hop {hop}" if hop < 3 else "hop 3+")
        known.heard = True
        self.maybe_share(i, out, known, hop)

    def maybe_share(self, i: int, out, known, hop: int) -> None:
        p, user = self.p, self.users[i]
        if known.shares or not self.kappa:
            return
        bias = 1 + p.share_bias * out.sign * (user.trust - 0.5)
        known.hazard += out.virality / self.kappa * p.virality_fade ** (max(hop, 1) - 1) * bias
        event = draws.named(out.name)
        if float(draws.uniforms(self.key["share"], user.who, event)[0]) < math.exp(-known.hazard):
            return
        known.shares = True
        wait = share_delay(float(draws.uniforms(self.key["share delay"], user.who, event)[0]), p)
        self.later(self.now + wait, out.row, i, lambda: self.share(i, out, hop))

    def share(self, i: int, out, hop: int) -> None:
        self.shared[out.name].append(i)
        for listener in self.ties.predecessors(i):
            self.hear(listener, out, hop + 1)

    # --- trust ---

    def age(self, user) -> None:
        """Time passes for one user, and what it did is booked under time."""
        user.fade(self.now - user.at, self.p)
        user.at = self.now
        self.book(user, "time", "time")

    def book(self, user, cause: str, channel: str) -> None:
        own = user.own_trust()
        if channel != "time":
            user.jumps.append((self.now, own - user.own))
        self.own_book[cause, channel] += (own - user.own) / len(self.users)
        user.own = own

    def take(self, i: int, out, known, dose: float, channel: str) -> None:
        user, p = self.users[i], self.p
        known.taken += dose
        falls_on = {"c": 2 * out.act.cognitive, "e": 2 * (1 - out.act.cognitive)}
        if out.sign > 0:
            for side in "ce":
                earned = user.base[side] + user.gain[side]
                user.gain[side] = 1 - (1 - earned) * math.exp(-falls_on[side] * dose) - user.base[side]
        else:
            scars = getattr(p, f"scar_{out.nature}")
            wound = (1 - scars) * dose * (1 - self.eta.get((out.name, i), 0.0))
            known.wound = self.wound_left(known, out) + wound
            known.at = self.now
            for side in "ce":
                user.wound[side, clock_of(out)] += falls_on[side] * wound
                user.scar[side] += falls_on[side] * scars * dose
        self.book(user, out.name.split(" #")[0], channel)

    def wound_left(self, known, out) -> float:
        heal = self.p.heal_competence if clock_of(out) == "competence" else self.p.heal_moral
        return known.wound * math.exp(-(self.now - known.at) / heal)

    def meet_response(self, i: int, response, story, eta: float) -> None:
        self.met[response.name].append(i)
        before = self.eta.get((story.name, i), 0.0)
        if eta <= before:
            return
        self.eta[story.name, i] = eta
        known = self.encounters.get((story.name, i))
        if known is None:
            return
        user = self.users[i]
        self.age(user)
        left = self.wound_left(known, story)
        known.wound, known.at = left * (1 - eta) / (1 - before), self.now
        user.wound["c", clock_of(story)] -= 2 * story.act.cognitive * (left - known.wound)
        user.wound["e", clock_of(story)] -= 2 * (1 - story.act.cognitive) * (left - known.wound)
        self.book(user, story.name.split(" #")[0], "response")

    # --- talk ---

    def means(self) -> list[tuple[float, float]]:
        """For each user the mean trust of those it hears within its confidence, and the weight they have."""
        out, trust = [], [user.trust for user in self.users]
        for i, user in enumerate(self.users):
            share = total = 0.0
            for j, weight in user.hears:
                if self.p.confidence >= 1 or abs(trust[j] - trust[i]) < self.p.confidence:
                    share += weight
                    total += weight * trust[j]
            out.append((total / share if share else user.trust, share))
        return out

    def rest(self) -> None:
        """At the start talk leaves everyone's trust where it is."""
        for user in self.users:
            user.own = user.trust = user.own_trust()
        change = 1.0 if any(user.ka for user in self.users) else 0.0
        for _ in range(1000):
            if change < 1e-13:
                break
            new = [
                (user.ks * share * mean + user.ka * user.own) / (user.ks * share + user.ka)
                if user.ks * share + user.ka else user.trust
                for user, (mean, share) in zip(self.users, self.means(), strict=True)
            ]  # fmt: skip
            change = max(abs(user.trust - trust) for user, trust in zip(self.users, new, strict=True))
            for user, trust in zip(self.users, new, strict=True):
                user.trust = trust
        for user, (mean, _) in zip(self.users, self.means(), strict=True):
            user.mean_before, user.own_before, user.trust_hours = mean, user.own, 0.0

    def talk(self) -> None:
        """One step: dT/dt = ks share (M - T) + ka (X - T), exact for an M that goes on as in the last step."""
        h, n = self.setup.step, len(self.users)
        for user, (mean, share) in zip(self.users, self.means(), strict=True):
            self.age(user)
            rate = user.ks * share + user.ka
            ramp = (h - phi(rate, h)) / (rate * h) if rate else h / 2  # what a rise from 0 to 1 over the step does
            drift = user.own - user.own_before - sum(jump for _, jump in user.jumps)
            jumps = sum(jump * phi(rate, self.now - at) for at, jump in user.jumps)
            pull = user.ka * (phi(rate, h) * (user.own_before - user.trust) + ramp * drift + jumps)
            talk = user.ks * share * (phi(rate, h) * (mean - user.trust) + ramp * (mean - user.mean_before))
            self.expressed_book["pull"] += pull / n
            self.expressed_book["talk"] += talk / n
            user.next = user.trust + pull + talk
            user.trust_hours += h * (user.trust + user.next) / 2
            user.mean_before, user.own_before, user.jumps = mean, user.own, []
        for user in self.users:
            user.trust = user.next
        self.observe()

    def observe(self) -> None:
        """Means over all users, followers and those an act reached; counts over all acts."""
        above = self.setup.trust + self.p.advocate_distance
        below = self.setup.trust - self.p.detractor_distance
        rows = [
            {
                "trust": user.trust, "own": user.own, "cognitive": user.side("c"), "affective": user.side("e"),
                "wound": (user.wounds("c") + user.wounds("e")) / 2, "scar": (user.scar["c"] + user.scar["e"]) / 2,
                "advocates": user.trust > above, "detractors": user.trust < below
            }
            for user in self.users
        ]  # fmt: skip
        for prefix, chosen in (
            ("", rows),
            ("followers_", [row for user, row in zip(self.users, rows, strict=True) if user.follows]),
            ("reached_", [row for user, row in zip(self.users, rows, strict=True) if user.reached]),
        ):
            for name in rows[0]:
                mean = sum(row[name] for row in chosen) / len(chosen) if chosen else math.nan
                self.series[prefix + name].append(mean)
            self.series[prefix + "users"].append(len(chosen))
            self.series[prefix + "sorted"].append(sorted(row["trust"] for row in chosen))
        stories = [out for out in self.public.values() if out.act.repairs is None]
        self.series["met"].append(sum(len(self.met[out.name]) for out in stories))
        self.series["heard"].append(sum(self.hearings.values()))
        self.series["shared"].append(sum(map(len, self.shared.values())))


def clock_of(out) -> str:
    return "competence" if out.nature == "competence" else "moral"


def addressed(label: str, user: User, audience) -> bool:
    kind = audience["kind"]
    if kind == "users":
        return label in audience["labels"]
    return {"everyone": True, "followers": user.follows, "prospects": not user.follows}[kind]


def phi(rate: float, hours: float) -> float:
    """The integral of exp(-rate s) over so many hours."""
    return (1 - math.exp(-rate * hours)) / rate if rate else hours


def time_when(start: float, read: float, peak: float, swing: float) -> float:
    """When so many hours were read since `start`: reading goes at 1 + swing cos(2 pi (t - peak) / 24). By halving."""

    def done(t: float) -> float:
        wave = 12 / math.pi * swing
        return t - start + wave * (math.sin(math.pi / 12 * (t - peak)) - math.sin(math.pi / 12 * (start - peak)))

    low, high = start, start + read + 48
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if done(middle) < read else (low, middle)
    return high


def share_delay(u: float, p) -> float:
    """Log-uniform in pieces: a minute to an hour, to a day, to a week."""
    today = p.share_soon + p.share_today
    if u < p.share_soon:
        first, last, low, high = 0.0, p.share_soon, p.share_earliest, p.share_hour
    elif u < today:
        first, last, low, high = p.share_soon, today, p.share_hour, p.share_day
    else:
        first, last, low, high = today, 1.0, p.share_day, p.share_latest
    return low * (high / low) ** ((u - first) / (last - first))
