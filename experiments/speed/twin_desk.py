"""Complaints of the Mesa twin and the desk that answers them.

Complaint  an open wound of one user, and how it ends
Outreach   a user whom the brand wants to talk to
Desk       agents who take one job after the other in opening hours
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin_stories import Story, give_opinion, put_out

if TYPE_CHECKING:
    from mesa_twin import TwinModel
    from twin_user import TrustUser

OWN = "complaints"  # their account in the books
WEEK = 168.0  # h


class Complaint:
    """The complaint of a user, from the bad experience on that gave it a wound (log units, on both sides)."""

    def __init__(self, owner: TrustUser, cognitive: float, affective: float):
        self.owner, self.model, self.p = owner, owner.model, owner.model.p
        self.number = owner.complained
        self.opened = self.as_of = self.model.now
        self.cognitive, self.affective = cognitive, affective
        self.closed = math.inf  # when it ended
        self.waited = 0.0  # the age up to which waiting has hurt
        self.state = "waiting"  # in work, answered, ignored, deleted
        self.story: Story | None = None
        policy = self.model.setup.policy
        self.public = self.chance("public", self.p.public_share * (1 - policy.feedback))
        self.abusive = self.public and self.chance("abusive", self.p.abusive_share)

    def chance(self, purpose: str, share: float) -> bool:
        return self.model.draw(purpose, self.owner.who, self.number) < share

    @property
    def age(self) -> float:
        return self.model.now - self.opened

    def open(self) -> None:
        """It is moderated away at once, or waits: for the desk, or for nobody."""
        model, p, owner = self.model, self.p, self.owner
        owner.complained += 1
        owner.complaint = self
        model.counts["complaints_opened"] += 1
        model.desk.complaints.append(self)
        model.desk.open.append(self)
        if self.abusive and model.moderated and self.chance("moderated", p.moderation_share):
            self.close("deleted")
            return
        model.later(model.now + p.ignored_after, model.order_of(owner, 0), self.give_up)
        if self.public:
            size, cognitive = (p.abusive_size * p.bad_size, 0.0) if self.abusive else (p.bad_size, p.bad_cognitive)
            self.story = put_out(owner, "complaint story", self.number, -size, cognitive)
        if model.desk.answers and self.chance("answered", model.desk.policy.answers):
            model.desk.add(self)

    # --- waiting ---

    def wait(self) -> None:
        """Waiting hurts the affective side, the more the more often patience would be over."""
        p, owner = self.p, self.owner
        median = p.patience_median * (p.cohort_patience if owner.young else 1)
        hurt = impatience(self.age, median, p.patience_sigma) - impatience(self.waited, median, p.patience_sigma)
        self.waited = self.age
        self.heal()
        self.affective += p.waiting_wound * hurt
        owner.fade()
        owner.affective.hurt(p.waiting_wound * hurt, moral=False)
        owner.jump(OWN, "waiting")

    def heal(self) -> None:
        left = self.model.left_after(self.model.now - self.as_of).wound_competence
        self.cognitive, self.affective, self.as_of = self.cognitive * left, self.affective * left, self.model.now

    # --- how it ends ---

    def close(self, how: str) -> None:
        self.wait()
        if how == "answered":
            self.model.desk.hours_waited += self.age
        self.state, self.closed = how, self.model.now
        self.owner.complaint = None
        self.model.counts[f"complaints_{how}"] += 1
        self.model.desk.open.remove(self)

    def give_up(self) -> None:
        """Nobody answered in time."""
        if self.state not in ("waiting", "in work"):
            return
        in_work = self.state == "in work"
        self.close("ignored")
        self.model.desk.given_up(self, in_work)
        self.post_again(self.p.ignored_repost)
        self.perhaps_leave(self.p.ignored_intent)

    def answered(self) -> None:
        """The desk is done with it."""
        manner = self.model.desk.policy.manner
        if manner == "delete" and self.public:
            self.delete()
        elif manner == "rude":
            self.snub()
        else:
            self.soothe(self.p.scripted_worth if manner == "scripted" else 1.0, praised=manner != "scripted")

    def soothe(self, quality: float, praised: bool) -> None:
        """A reply is worth the more the sooner it comes."""
        p, owner = self.p, self.owner
        worth = quality / (1 + self.age / p.reply_half)
        self.close("answered")
        owner.cognitive.hurt(-worth * self.cognitive, moral=False)
        owner.affective.hurt(-worth * self.affective, moral=False)
        if self.number == 0:
            dose = p.loss / p.asymmetry * p.recovery_gain * worth * p.credibility_employee * p.platform_trust
            owner.affective.earn(dose)
        owner.jump(OWN, "answer")
        if self.story is not None:
            self.story.repaired = worth
            for other in self.story.hearers:
                other.mend(self.story, worth, "answer")
        if praised and self.chance("after answer", p.praise_share):
            give_opinion(owner, "praise story", self.number, 1)

    def snub(self) -> None:
        """A rude reply hurts the owner, and by hearsay those who know of the complaint."""
        p = self.p
        self.close("answered")
        self.owner.suffer(p.loss * p.rude_size, p.rude_cognitive, "integrity", OWN, "answer")
        heard = p.hearsay * p.hearsay_asymmetry * p.loss / p.asymmetry * p.credibility_peer * p.platform_trust
        for other in self.story.hearers if self.story is not None else ():
            fits = 1 - p.resistance * (other.trust - 0.5)
            other.suffer(heard * p.rude_size * fits, p.rude_cognitive, "integrity", OWN, "answer")
        self.post_again(p.rude_repost)
        self.perhaps_leave(p.rude_intent)

    def delete(self) -> None:
        """The story stops; when someone notices, a new one is born."""
        p = self.p
        self.close("deleted")
        if self.story is not None:
            self.story.stopped, self.story.pending = True, 0
        if self.chance("clue", p.clue * (p.explained_clue if self.model.desk.policy.explains else 1)):
            size = -p.clue_size * p.bad_size
            put_out(self.owner, "clue story", self.number, size, p.clue_cognitive, nature="integrity")

    def post_again(self, share: float) -> None:
        if self.chance("after answer", share):
            put_out(self.owner, "repost story", self.number, -self.p.bad_size, self.p.bad_cognitive)

    def perhaps_leave(self, intent: float) -> None:
        """Some say that they leave, and some of them do so at once."""
        if self.chance("intent", intent) and self.chance("leaves", self.p.intent_to_leave):
            self.owner.leave_at_once()


def impatience(age: float, median: float, sigma: float) -> float:
    """Integral over a wait of the share of people whose patience, lognormal, is over by then."""

    def below(z: float) -> float:
        return math.erfc(-z / math.sqrt(2)) / 2

    if age <= 0:
        return 0.0
    mu = math.log(median)
    late = below((math.log(age) - mu) / sigma)
    return age * late - math.exp(mu + sigma**2 / 2) * below((math.log(age) - mu - sigma**2) / sigma)


@dataclass(eq=False)
class Outreach:
    """A job of the desk: talk to one user, who then has met an act."""

    story: Story
    user: TrustUser


class Desk:
    """The service desk. `queue`: what waits for an agent, each with its rank."""

    def __init__(self, model: TwinModel):
        self.model, self.policy = model, model.setup.policy.desk
        self.free = self.policy.agents
        self.answers = (self.free > 0 or bool(self.policy.waits)) and self.policy.manner != "none"
        self.queue: list[tuple[tuple, Complaint | Outreach]] = []
        self.complaints: list[Complaint] = []  # all there ever were
        self.open: list[Complaint] = []  # those that wait, for the desk or for nobody
        self.hours_waited = 0.0  # of all that were answered
        self.called = False  # for its next opening

    @property
    def complaints_queued(self) -> int:
        return sum(isinstance(job, Complaint) for _, job in self.queue)

    def add(self, job: Complaint | Outreach) -> None:
        """Complaints first: the oldest, or those in public with the most listeners; talks of one act as they come."""
        rank: tuple = (1, 0, self.model.now, next(self.model.numbering))
        if isinstance(job, Complaint) and self.policy.waits:
            self.answer_as_logged(job)
            return
        if isinstance(job, Complaint):
            audience = len(job.owner.listeners) if job.public else -1
            rank = (0, -audience if self.policy.order == "audience" else 0, job.opened, 0)
        self.queue.append((rank, job))
        self.assign()
        self.model.brand.queue_is(self.complaints_queued)

    def answer_as_logged(self, complaint: Complaint) -> None:
        """It takes as long as an answer of the log, drawn by its share of them; no agent is held."""
        waits = self.policy.waits
        share = self.model.draw("service", complaint.owner.who, complaint.number)
        place = share * (len(waits) - 1)
        below = min(int(place), len(waits) - 2)
        wait = waits[below] + (place - below) * (waits[below + 1] - waits[below])
        complaint.state = "in work"
        self.model.later(self.model.now + wait, self.model.order_of(complaint.owner, 0), self.served, complaint)

    def given_up(self, complaint: Complaint, in_work: bool) -> None:
        self.queue = [(rank, job) for rank, job in self.queue if job is not complaint]
        self.free += in_work and not self.policy.waits
        self.assign()

    def assign(self) -> None:
        """Free agents take the next jobs, when the desk is open."""
        now = self.model.now
        opens = next(self.openings(now))[0]
        if opens > now:
            if self.queue and not self.called:
                self.called = True
                self.model.later(opens, (0, 3, 0), self.opened)
            return
        while self.free and self.queue:
            first = min(self.queue, key=lambda ranked: ranked[0])
            self.queue.remove(first)
            job = first[1]
            if isinstance(job, Complaint):
                job.state = "in work"
                user, purpose, event = job.owner, "service", job.number
            else:
                user, purpose, event = job.user, "outreach", job.story.event
            self.free -= 1
            done = self.done(self.model.exponential(purpose, user.who, event) / self.policy.rate)
            self.model.later(done, self.model.order_of(user, 0), self.served, job)

    def opened(self) -> None:
        self.called = False
        self.assign()

    def served(self, job: Complaint | Outreach) -> None:
        """An agent is done, unless the complaint was given up."""
        if isinstance(job, Complaint) and job.state != "in work":
            return
        self.free += not (isinstance(job, Complaint) and self.policy.waits)
        if isinstance(job, Complaint):
            job.answered()
        else:
            job.user.meet(job.story)
        self.assign()

    # --- opening hours ---

    def openings(self, time: float) -> Iterator[tuple[float, float]]:
        """When it is open from a time on: (from, to)."""
        if self.policy.open is None:
            yield time, math.inf
            return
        monday = WEEK * math.floor((time + self.model.setup.week_hour) / WEEK) - self.model.setup.week_hour
        while True:
            for first, last in self.policy.open:
                if monday + last > time:
                    yield max(time, monday + first), monday + last
            monday += WEEK

    def done(self, work: float) -> float:
        """When so many open hours from now on have passed."""
        for opens, closes in self.openings(self.model.now):
            if opens + work <= closes:
                return opens + work
            work -= closes - opens
        raise AssertionError  # it opens every week
