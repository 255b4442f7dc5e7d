"""A user of the Mesa twin: what time, acts, stories, answers and talk do to one person's trust.

Everything is an attribute of the agent or of one of its two sides, in hours and shares; what a method needs of others it
reads from the lists of agents it listens to and is heard by. Events call `meet`, `share`, `meet_answer`, `may_post` and
`bad_luck` at their own time; at the end of each step the model lets everyone `fade`, `listen`, `speak` and
`follow_or_leave`, in this order.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa
from twin_desk import Complaint
from twin_stocks import Encounter, Side
from twin_stories import give_opinion

if TYPE_CHECKING:
    from twin_brand import Answer
    from twin_stories import Story


class TrustUser(mesa.Agent):
    """One user. `row` is its place in the network, `who` its name in draws; rates are per hour."""

    def __init__(
        self, model, row, who, weight, follows, talk_rate, own_rate, base_cognitive, base_affective, activity, young
    ):
        super().__init__(model)
        self.row, self.who = row, who
        self.activity, self.young = activity, young  # opinions it might post; of the cohort that expects more
        self.weight, self.follows = weight, follows  # weight: of the cognitive side
        self.talk_rate, self.own_rate = talk_rate, own_rate
        self.cognitive, self.affective = Side(base_cognitive), Side(base_affective)
        self.fatigue = 0.0  # posts
        self.word = 0.0  # stories heard, good ones minus bad ones, as far as they are remembered
        self.hears: list[TrustUser] = []
        self.attention: list[float] | None = None  # to each of them, summing to 1; None: the same to all
        self.listeners: list[TrustUser] = []
        self.encounters: dict[str, Encounter] = {}  # by story
        self.repaired: dict[str, float] = {}  # by story: the share of its wound that the best answer met repairs
        self.reached = False
        self.as_of = 0.0  # the time the stocks are of
        self.own = self.own_trust()
        self.trust = self.next_trust = self.own  # expressed
        self.trust_before = self.own  # a step ago
        self.trust_hours = 0.0  # integral of it over time
        self.complaint: Complaint | None = None  # the open one
        self.complained = 0  # times
        self.moved = 0  # times it left or joined
        self.until_move = math.inf  # what is left of the integral of its rate
        self.mean = self.mean_before = 0.0  # trust of those it hears, now and a step ago
        self.own_before = self.own  # a step ago
        self.jumps: list[tuple[float, float]] = []  # sudden changes of own trust since then: (time, change)

    # --- own trust ---

    def own_trust(self) -> float:
        """X = w C + (1 - w) E."""
        return self.weight * self.cognitive.settle() + (1 - self.weight) * self.affective.settle()

    @property
    def wound(self) -> float:
        return (self.cognitive.wound + self.affective.wound) / 2

    @property
    def scar(self) -> float:
        return (self.cognitive.scar + self.affective.scar) / 2

    def fade(self) -> None:
        """Time passes up to now: people heal, forget and recover from too many posts."""
        left = self.model.left_after(self.model.now - self.as_of)
        self.cognitive.fade(left)
        self.affective.fade(left)
        self.fatigue *= left.fatigue
        self.word *= left.word
        self.as_of = self.model.now
        before, self.own = self.own, self.own_trust()
        self.model.book("time", "time", self.own - before)

    def jump(self, cause: str, channel: str) -> None:
        """Own trust follows stocks that something just changed; `fade` came before."""
        before, self.own = self.own, self.own_trust()
        self.jumps.append((self.model.now, self.own - before))
        self.model.book(cause, channel, self.own - before)

    def take(self, story: Story, encounter: Encounter, dose: float, channel: str) -> None:
        """A dose of a story lands on both sides, as a gain or as a wound and a scar."""
        encounter.taken += dose
        shares = ((self.cognitive, 2 * story.cognitive), (self.affective, 2 * (1 - story.cognitive)))
        if story.sign > 0:
            for side, share in shares:
                side.earn(share * dose)
        else:
            wound = (1 - story.scars) * dose * (1 - self.repaired.get(story.name, 0.0))
            encounter.wound = self.wound_left(story, encounter) + wound
            encounter.at = self.model.now
            for side, share in shares:
                side.hurt(share * wound, story.moral)
                side.scar += share * story.scars * dose
        self.jump(story.cause, channel)

    def suffer(self, dose: float, cognitive: float, nature: str, cause: str, channel: str) -> float:
        """A loss that is no story: the wound it gives, log units before it is shared out to both sides."""
        scars = getattr(self.model.p, f"scar_{nature}")
        self.fade()
        for side, share in ((self.cognitive, 2 * cognitive), (self.affective, 2 * (1 - cognitive))):
            side.hurt(share * (1 - scars) * dose, nature != "competence")
            side.scar += share * scars * dose
        self.jump(cause, channel)
        return (1 - scars) * dose

    def wound_left(self, story: Story, encounter: Encounter) -> float:
        """What is left now of the wound that one story gave."""
        left = self.model.left_after(self.model.now - encounter.at)
        return encounter.wound * (left.wound_moral if story.moral else left.wound_competence)

    # --- acts, stories and answers ---

    def encounter(self, story: Story) -> Encounter:
        if story.name not in self.encounters:
            self.encounters[story.name] = Encounter()
        self.reached = self.reached or story.marks
        return self.encounters[story.name]

    def meet(self, story: Story) -> None:
        """Meet an act oneself: take what its dose exceeds what hearsay already did."""
        if story.called_off:
            return
        encounter = self.encounter(story)
        encounter.met = True
        story.met.append(self)
        self.fade()
        dose = story.direct
        if story.sign > 0 and story.own_post:
            dose /= 1 + self.fatigue / self.model.p.fatigue_half
        self.fatigue += story.tires
        self.take(story, encounter, max(0.0, dose - encounter.taken), "direct")
        p = self.model.p
        if story.sign < 0:
            story.intent += 1 - math.exp(-story.direct / p.stated_intent_scale)
        self.consider_sharing(story, encounter, 0)
        if story.bad and self.model.draw("bad after act", self.who, story.event) < p.bad_after_act:
            self.bad_experience()

    def hear(self, story: Story, hop: int) -> None:
        """Someone one listens to passes a story on; only what is new to one moves trust."""
        p, encounter = self.model.p, self.encounter(story)
        if not encounter.met and not encounter.heard:
            encounter.hop = hop
            story.heard[hop] += 1
            story.hearers.append(self)
            self.model.brand.heard_by(story)
            if story.repaired:
                self.repaired[story.name] = story.repaired
            fits = 1 + story.sign * p.resistance * (self.trust - 0.5)
            self.fade()
            self.word += 1 if story.sign > 0 else -p.hearsay_asymmetry
            channel = f"hop {hop}" if hop < 3 else "hop 3+"
            dose = 0.0 if story.mute and hop == 1 else story.hearsay * p.fading ** (hop - 1) * fits
            self.take(story, encounter, dose, channel)
        encounter.heard = True
        self.consider_sharing(story, encounter, hop)

    def consider_sharing(self, story: Story, encounter: Encounter, hop: int) -> None:
        """Each meeting or hearing adds to the hazard of the one draw that decides; who passes it shares later, once."""
        model, p = self.model, self.model.p
        if encounter.shares or story.virality <= 0:
            return
        fits = 1 + story.sign * p.share_bias * (self.trust - 0.5)
        encounter.hazard += story.virality / model.kappa * p.virality_fade ** (max(hop, 1) - 1) * fits
        if model.draw("share", self.who, story.event) < math.exp(-encounter.hazard):
            return
        encounter.shares = True
        story.pending += 1
        wait = share_delay(model.draw("share delay", self.who, story.event), p)
        model.later(model.now + wait, model.order_of(self, story.row), self.share, story, hop)

    def share(self, story: Story, hop: int) -> None:
        """Pass a story on that came at a hop; all listeners hear it at once."""
        if story.stopped:
            return
        story.pending -= 1
        story.shared.append(self)
        for listener in self.listeners:
            listener.hear(story, hop + 1)

    def pass_on_own(self, story: Story) -> None:
        """The author of a story has met it, and passes it on at once."""
        self.encounters[story.name] = Encounter(met=True, shares=True)
        for listener in self.listeners:
            listener.hear(story, 1)

    def meet_answer(self, answer: Answer) -> None:
        """Meet a response to a story."""
        answer.met.append(self)
        self.mend(answer.story, answer.repairs, "response")

    def mend(self, story: Story, repairs: float, channel: str) -> None:
        """Of all answers to a story the best counts, for the wound there is and for what follows."""
        before = self.repaired.get(story.name, 0.0)
        if repairs <= before:
            return
        self.repaired[story.name] = repairs
        encounter = self.encounters.get(story.name)
        if encounter is None:
            return
        self.fade()
        left = self.wound_left(story, encounter)
        encounter.wound, encounter.at = left * (1 - repairs) / (1 - before), self.model.now
        healed = left - encounter.wound
        self.cognitive.hurt(-2 * story.cognitive * healed, story.moral)
        self.affective.hurt(-2 * (1 - story.cognitive) * healed, story.moral)
        self.jump(story.cause, channel)

    # --- what it does by itself ---

    def begin_to_live(self) -> None:
        """Everything that comes by itself is put into the queue of events, or made to count."""
        model = self.model
        if model.has("posts") and self.activity > 0:
            self.next_post(0)
        if model.has("complaints") and model.p.bad_rate > 0:
            self.next_bad_luck(0)
        if model.has("membership"):
            self.until_move = model.exponential("membership", self.who, 0)

    def next_post(self, number: int) -> None:
        wait = self.model.exponential("post time", self.who, number) / self.activity
        self.model.later(self.model.now + wait, self.model.order_of(self, 0), self.may_post, number)

    def may_post(self, number: int) -> None:
        """Say something good or bad of the brand, if trust is far enough from where the brand stands."""
        p, baseline = self.model.p, self.model.setup.trust
        u = self.model.draw("post", self.who, number)
        if u < logistic((self.trust - baseline - p.advocate_distance) / p.advocate_width):
            give_opinion(self, "post story", number, 1)
        elif u > 1 - logistic((baseline - p.detractor_distance - self.trust) / p.detractor_width):
            give_opinion(self, "post story", number, -1)
        self.next_post(number + 1)

    def next_bad_luck(self, number: int) -> None:
        wait = self.model.exponential("bad time", self.who, number) / self.model.p.bad_rate
        self.model.later(self.model.now + wait, self.model.order_of(self, 0), self.bad_luck, number)

    def bad_luck(self, number: int) -> None:
        self.bad_experience()
        self.next_bad_luck(number + 1)

    def bad_experience(self) -> None:
        """Only a follower has one, and complains unless it already waits for an answer."""
        if not self.follows:
            return
        p = self.model.p
        wound = self.suffer(p.loss * p.bad_size, p.bad_cognitive, "competence", "complaints", "direct")
        if self.complaint is None:
            Complaint(self, 2 * p.bad_cognitive * wound, 2 * (1 - p.bad_cognitive) * wound).open()

    def follow_or_leave(self) -> None:
        """Leave or join when the integral of the rate, by the trust in the middle of the step, passes what was drawn."""
        model, p = self.model, self.model.p
        if self.follows:
            older = p.cohort_expectation * p.cohort_share / (1 - p.cohort_share)
            expected = model.expected + (p.cohort_expectation if self.young else -older)
            trust = (self.trust_before + self.trust) / 2
            rate = p.churn * math.exp(p.churn_slope * (expected - trust)) * (1 + self.fatigue / p.fatigue_half)
        else:
            f = model.first_followers
            rate = p.churn * f / (1 - f) + p.join_gain * max(0.0, self.word) / p.word_time
        self.until_move -= rate * model.setup.step
        if self.until_move < 0:
            self.move()

    def move(self) -> None:
        """Leave when it follows, join when it does not."""
        self.follows = not self.follows
        self.moved += 1
        self.until_move = self.model.exponential("membership", self.who, self.moved)
        self.model.counts["joined" if self.follows else "left"] += 1

    def leave_at_once(self) -> None:
        if self.follows and self.model.has("membership"):
            self.move()

    # --- talk ---

    def heard_mean(self) -> tuple[float, float]:
        """Mean trust of those it hears who stand near enough to move it, and the share of attention they have."""
        confidence, hears, attention = self.model.p.confidence, self.hears, self.attention
        if not hears:
            return self.trust, 0.0
        if confidence >= 1 and attention is None:
            return sum([other.trust for other in hears]) / len(hears), 1.0
        share = total = 0.0
        for other, weight in zip(hears, attention or [1 / len(hears)] * len(hears), strict=True):
            if confidence >= 1 or abs(other.trust - self.trust) < confidence:
                share += weight
                total += weight * other.trust
        return (total / share, share) if share else (self.trust, 0.0)

    def rest(self) -> None:
        """Where talk would leave trust in peace, if all others stood still."""
        mean, share = self.heard_mean()
        rate = self.talk_rate * share + self.own_rate
        self.next_trust = (self.talk_rate * share * mean + self.own_rate * self.own) / rate if rate else self.trust

    def begin(self) -> None:
        """Start from the mean of those it hears now."""
        self.mean_before, _ = self.heard_mean()

    def listen(self) -> None:
        """Where talk takes trust in this step: dT/dt = ks share (M - T) + ka (X - T), once `fade` came up to now.

        Exact for a mean M that goes on as it went in the last step, and for an own trust X that drifts evenly and
        jumps at its own times. `speak` makes it so, when everyone has listened.
        """
        step, now = self.model.setup.step, self.model.now
        self.mean, share = self.heard_mean()
        toward_others = self.talk_rate * share
        rate = toward_others + self.own_rate
        whole = follow(rate, step)
        ramp = (step - whole) / (rate * step) if rate else step / 2  # following what rises from 0 to 1 over the step
        drift, jumped = self.own - self.own_before, 0.0
        for at, size in self.jumps:
            drift -= size
            jumped += size * follow(rate, now - at)
        pull = self.own_rate * (whole * (self.own_before - self.trust) + ramp * drift + jumped)
        talk = toward_others * (whole * (self.mean - self.trust) + ramp * (self.mean - self.mean_before))
        self.next_trust = self.trust + pull + talk
        self.model.book_expressed(pull, talk)

    def speak(self) -> None:
        """Everyone has listened: show the new trust."""
        self.trust_hours += self.model.setup.step * (self.trust + self.next_trust) / 2
        self.trust_before, self.trust = self.trust, self.next_trust
        self.mean_before, self.own_before = self.mean, self.own
        self.jumps.clear()


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def follow(rate: float, hours: float) -> float:
    """The integral of exp(-rate s) over so many hours, h: how far something that is followed at a rate is reached."""
    return (1 - math.exp(-rate * hours)) / rate if rate else hours


def share_delay(u: float, numbers) -> float:
    """Hours from hearing to sharing: log-uniform in pieces, a minute to an hour, to a day, to a week. u: uniform."""
    today = numbers.share_soon + numbers.share_today
    if u < numbers.share_soon:
        first, last, low, high = 0.0, numbers.share_soon, numbers.share_earliest, numbers.share_hour
    elif u < today:
        first, last, low, high = numbers.share_soon, today, numbers.share_hour, numbers.share_day
    else:
        first, last, low, high = today, 1.0, numbers.share_day, numbers.share_latest
    return low * (high / low) ** ((u - first) / (last - first))
