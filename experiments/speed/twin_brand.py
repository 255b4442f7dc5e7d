"""The brand of the Mesa twin: what becomes public and when, what is answered, and who an act is addressed to.

Answer    a response on its way to people, and the story it answers
Brand     keeps the public record and lets the acts of a timeline happen, at their time or when what they wait for comes
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twin_desk import Outreach
from twin_stories import Story, drawn_virality

from sim.scenario.acts import Act
from sim.world import draws

if TYPE_CHECKING:
    from mesa_twin import TwinModel
    from twin_user import TrustUser

BRAND, PEOPLE = range(2)  # of what falls on the same moment, the brand comes first
ACTS, FINDINGS, ANSWERS = range(3)  # and of what the brand and the world do then


@dataclass(eq=False)
class Answer:
    """A response: the share of the wound of a story that it repairs for those who meet it."""

    name: str
    row: int
    story: Story
    repairs: float
    met: list[TrustUser] = field(default_factory=list)


class Brand:
    """The acts of a run. `public`: all that went out, by name, in order."""

    def __init__(self, model: TwinModel):
        self.model, self.p = model, model.p
        self.conceal = model.setup.conceal
        self.acts = {act.id: act for act in model.setup.acts}
        self.public: dict[str, Story | Answer] = {}
        self.hidden_since: dict[str, float] = {}
        self.denied: set[str] = set()
        self.violations: list[tuple[float, str]] = []
        self.record, self.record_at = 0.0, 0.0
        self.promises: set[str] = set()  # open ones
        self.waiting = [act for act in self.acts.values() if act.when is not None]  # for their condition

    def plan(self) -> None:
        """Put the timeline into the queue of events."""
        for act in self.acts.values():
            if act.when is None:
                self.schedule(act, act.at)

    def schedule(self, act: Act, time: float) -> None:
        number = list(self.acts).index(act.id)
        if act.repairs is not None:
            self.model.later(time, (BRAND, ANSWERS, number), self.respond, act)
        else:
            self.model.later(time, (BRAND, ACTS, number), self.do, act, number)

    # --- what conditional acts wait for ---

    def came(self, kind: str, of: str | None, by: float) -> None:
        """So much of something is there now: acts that waited for it happen after their delay, once."""
        for act in list(self.waiting):
            when = act.when
            assert when is not None
            if when.kind == kind and when.of == of and by >= when.count(len(self.model.users)):
                self.waiting.remove(act)
                self.schedule(act, self.model.now + act.after)

    def heard_by(self, story: Story) -> None:
        """One more user has heard of a story."""
        self.came("heard", story.name, story.heard.total())

    def queue_is(self, complaints: int) -> None:
        """One more complaint waits for the desk."""
        self.came("queue", None, complaints)

    def trust_is(self, mean: float, at_first: float) -> None:
        """Everyone has talked."""
        self.came("trust_fell", None, at_first - mean)

    # --- acts ---

    def do(self, act: Act, number: int) -> None:
        """An act happens: in the open, or hidden until it is told or found out."""
        if act.settles and act.of not in self.promises:  # none to keep or break
            return
        if act.one_to_one and not self.model.desk.policy.agents:  # nobody to talk to people
            return
        if not act.hidden:
            self.publish(act, act.nature)
            return
        now = self.hidden_since[act.id] = self.model.now
        found = act.found
        if found is None and act.found_mean is not None:
            found = now + act.found_mean * self.model.exponential("found out", draws.named(act.id), 0)
        if found is not None:
            self.model.later(found, (BRAND, FINDINGS, number), self.found_out, act)
        if act.lure:
            self.tell_people(self.good_news(act, act.lure, name=bait_of(act), virality=0.0), act, {"kind": "prospects"})

    def found_out(self, act: Act) -> None:
        """The full dose; and after a lie it is deception."""
        if act.id not in self.public:
            lied = self.conceal or act.conceal or act.id in self.denied
            self.publish(act, "deception" if lied else act.nature)

    def publish(self, act: Act, nature: str | None, told: float = 1.0) -> Story:
        """An act becomes public, and a violation goes on record; told: what telling it first leaves of the dose."""
        if act.magnitude < 0:
            story = self.bad_news(act, nature, told)
            self.remember(act)
        else:
            story = self.good_news(act, act.magnitude, name=act.id, virality=self.virality(act))
        if bait_of(act) in self.public:
            self.public[bait_of(act)].called_off = True
        self.tell_people(story, act, act.audience)
        self.model.moderated = self.model.moderated or act.moderates
        if act.promises:
            self.promises.add(act.id)
        if act.settles:
            self.promises.discard(act.of or "")
        self.came("public", act.id, 0)
        return story

    def bad_news(self, act: Act, nature: str | None, told: float) -> Story:
        """A loss bites harder for each violation that is still remembered."""
        p = self.p
        worse = 1 + p.record_weight * self.record * math.exp(-(self.model.now - self.record_at) / p.forget_record)
        size = -act.magnitude * worse * told
        heard = p.hearsay * p.hearsay_asymmetry * p.loss / p.asymmetry * p.credibility_peer * p.platform_trust
        return self.story(
            act, act.id, -1, p.loss * size, heard * size, self.virality(act),
            nature=nature, scars=getattr(p, f"scar_{nature}")
        )  # fmt: skip

    def good_news(self, act: Act, magnitude: float, *, name: str, virality: float) -> Story:
        """A gain counts as much as its speaker is believed; when passed on, as much as a peer is."""
        p = self.p
        size = p.loss / p.asymmetry * magnitude * p.platform_trust
        said = getattr(p, f"credibility_{act.speaker}")
        return self.story(act, name, 1, said * size, p.hearsay * p.credibility_peer * size, virality)

    def story(
        self, act: Act, name: str, sign: int, direct: float, hearsay: float, virality: float, *,
        nature: str | None = None, scars: float = 0.0
    ) -> Story:  # fmt: skip
        """An act as the next thing that goes out; nature, scars: of a loss."""
        p, model = self.p, self.model
        story = Story(
            name, len(self.public), draws.named(name), name.split(" #")[0], sign, nature, act.cognitive, direct, hearsay,
            virality=virality if model.passes_on else 0.0,
            since=model.now,
            scars=scars,
            tires=p.fatigue_post * (p.fatigue_repeat if act.repetitive else 1) if act.tires else 0.0,
            own_post=act.form == "post" and act.speaker == "brand",
            marks=act.id not in model.setup.calendar,
            bad=sign < 0 and abs(act.magnitude) >= p.bad_after_least and model.has("complaints"),
        )  # fmt: skip
        model.stories.append(story)
        return story

    def virality(self, act: Act) -> float:
        """As the act says, or lognormal with the mean of a user's post."""
        return drawn_virality(self.model, "virality", draws.named(act.id)) if act.virality is None else act.virality

    def remember(self, act: Act) -> None:
        """The public record fades, and each violation of some size adds one to it."""
        if -act.magnitude >= self.p.record_least:
            self.record *= math.exp(-(self.model.now - self.record_at) / self.p.forget_record)
            self.record, self.record_at = self.record + 1, self.model.now
            self.violations.append((self.model.now, act.id))

    def tell_people(self, story: Story, act: Act, audience: Mapping[str, Any]) -> None:
        self.public[story.name] = story
        if act.one_to_one:  # one by one, by the desk, in the order in which they would have met a post
            chosen = self.model.meetings(story.name, act, audience_of(self.model, audience))
            for user, _ in sorted(chosen, key=lambda meeting: meeting[1]):
                self.model.desk.add(Outreach(story, user))
            return
        for user, time in self.model.meetings(story.name, act, audience_of(self.model, audience)):
            self.model.later(time, self.model.order_of(user, story.row), user.meet, story)

    # --- responses ---

    def respond(self, response: Act) -> None:
        """A response to something hidden tells it, or denies it; one to something public answers it."""
        target = self.acts[response.of]
        if target.id not in self.public and target.id not in self.hidden_since:  # it has not happened
            return
        if target.id not in self.public:
            if not response.admits:
                self.denied.add(target.id)
                return
            self.tell_first(target)
            if response.only_tells:
                return
        story = self.public[target.id]
        repairs = self.repairs(response, target, story)
        if response.stirs:
            story.virality *= self.p.compensation_virality
        answer = Answer(response.id, len(self.public), story, repairs)
        self.public[response.id] = answer
        for user, time in self.model.meetings(answer.name, response, audience_of(self.model, response.audience)):
            self.model.later(time, self.model.order_of(user, answer.row), user.meet_answer, answer)

    def tell_first(self, act: Act) -> None:
        """Volunteered, the same news costs less, the sooner the less."""
        best = self.p.told_product if act.nature == "competence" else self.p.told_moral
        waited = self.model.now - self.hidden_since[act.id]
        self.publish(act, act.nature, told=1 - (1 - best) / (1 + waited / self.p.told_time))

    def repairs(self, response: Act, target: Act, story: Story) -> float:
        """eta: how well it matches, how soon it comes, and what stands against it."""
        p = self.p
        if story.sign > 0 or (response.only_for and target.kind not in response.only_for):
            return 0.0
        original = "integrity" if target.nature == "deception" else target.nature
        eta = p.repair * response.repairs[original] / (1 + (self.model.now - story.since) / p.repair_time)
        if story.nature == "deception":
            eta *= p.deception_repair
        if any(name != target.id and self.model.now - at <= p.repeat_window for at, name in self.violations):
            eta *= p.repeat_repair
        if self.promises:
            eta *= p.promise_repair
        return min(1.0, eta)


def bait_of(act: Act) -> str:
    """The name under which the lure of a hidden act goes out."""
    return f"{act.id} (while hidden)"


def audience_of(model: TwinModel, audience: Mapping[str, Any]) -> list[TrustUser]:
    """Who an act is addressed to, in the order of rows; who works where and sits where is drawn with the people."""
    users, world = model.users, model.setup.world

    def drawn(purpose: str, share: float) -> set[int]:
        coins = draws.uniforms(draws.stream(world.seed, purpose), [user.who for user in users], 0).tolist()
        return {user.row for user, coin in zip(users, coins, strict=True) if coin < share}

    match audience["kind"]:
        case "everyone":
            return users
        case "followers":
            return [user for user in users if user.follows]
        case "prospects":
            return [user for user in users if not user.follows]
        case "users":
            return [users[row] for row in sorted({world.row(label) for label in audience["labels"]})]
        case "channel":
            here = drawn(f"channel {audience['name']}", model.p.channel_share)
            return [user for user in users if user.row in here]
        case "channels":  # followers on one of the first so many
            here = set().union(*(drawn(f"channel {k + 1}", model.p.channel_share) for k in range(audience["number"])))
            return [user for user in users if user.follows and user.row in here]
        case "employees":  # those who listen to one
            staff = drawn("employee", model.p.employee_share)
            return [user for user in users if any(other.row in staff for other in user.hears)]
        case "hubs":
            most_heard = sorted(users, key=lambda user: (-len(user.listeners), user.who))
            chosen = most_heard[: max(1, round(audience["share"] * len(users)))]
            return sorted(chosen, key=lambda user: user.row)
        case "community":
            group = world.graph.communities(draws.stream(world.seed, "community"))
            return [user for user in users if group[user.row] == audience["number"]]
    raise ValueError(f"audience: '{audience['kind']}' is not known")
