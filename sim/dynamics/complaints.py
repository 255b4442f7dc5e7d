"""Complaints: bad experiences, waiting that wounds, and how a complaint ends.

An open complaint of age t wounds the affect of its owner at the rate g_w F(t), F the lognormal distribution of patience;
what is added between two ages is exact:

    G(t2) - G(t1),   G(t) = t F(t) - exp(mu + s^2 / 2) Phi((ln t - mu - s^2) / s)

An answer at age t is worth b = 1 / (1 + t / reply_half) of the wound of the complaint, to its owner and to those who
heard the complaint. Sources: Customer Rage 2020-23; Istanbulluoglu 2017, doi:10.1016/j.chb.2017.04.016.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import compiled, compiled_apart, compiled_into, part_of_loop
from sim.dynamics.desk import enqueue, logged_wait
from sim.dynamics.encounters import find
from sim.dynamics.law import DELETE, GOOD, NONE, RUDE
from sim.dynamics.pending import push
from sim.dynamics.state import (
    ALIVE,
    ANSWER,
    ANSWERED,
    BAD,
    CALL_DESK,
    CLUE,
    COMPLAINT_STORY,
    COMPLAINTS_ROW,
    DELETED,
    DIRECT,
    FOLLOWS,
    FREE,
    HOURS_WAITED,
    IGNORED,
    IGNORED_NOW,
    IN_WORK,
    LEFT,
    MODERATED,
    MOVES,
    N_ANSWERED,
    N_COMPLAINTS,
    N_DELETED,
    N_IGNORED,
    N_OPEN,
    PRAISE,
    QUEUED,
    REPOST,
    SERVED,
    SHARES_PENDING,
    SORTS,
    STORY,
    TO_MOVE,
    WAITED,
    WAITING,
    YOUNG,
    row,
)  # fmt: skip
from sim.dynamics.stories import mend, strike, win
from sim.world.draws import exponential, uniform


@compiled
def first_bad_experiences(users, times, m):
    """Put the first bad experience that comes by itself to some users, i8[k], at times f8[k], into the queue."""
    for k in range(users.size):
        push(m.queue, m.state, times[k], 0, users[k], BAD)


@part_of_loop
def bad_experience(user, number, t, m, p):
    """A follower has a bad experience; unless one is open, it complains. number: of those that come by themselves."""
    who = m.who[user]
    if number >= 0:
        again = t.now + exponential(p.bad_time_key, who, number + 1) / p.bad_rate
        if again < p.horizon:
            push(m.queue, m.state, again, number + 1, user, BAD)
    if not m.flags[user] & FOLLOWS:
        return
    scar, wound = p.scar_competence * p.bad_dose, (1.0 - p.scar_competence) * p.bad_dose
    c, e = 2.0 * p.bad_cognitive, 2.0 * (1.0 - p.bad_cognitive)
    strike(user, 0, wound * c, wound * e, scar * c, scar * e, t, COMPLAINTS_ROW, np.int64(DIRECT), m)
    if m.complaint_of[user] == 0:
        complain(user, wound * c, wound * e, t, m, p)


@part_of_loop
def complain(user, wound_c, wound_e, t, m, p):
    """Open a complaint of a user with the wound of its bad experience."""
    i = m.state[N_COMPLAINTS]
    m.state[N_COMPLAINTS] += 1
    c = m.complaints[i]
    c.user, c.number, c.opened, c.when, c.age = user, m.n_complaints[user], t.now, t.now, 0.0
    c.cognitive, c.affective, c.story, c.state = wound_c, wound_e, -1, WAITING
    m.n_complaints[user] += 1
    m.complaint_of[user] = i + 1
    c.place = m.state[N_OPEN]
    m.open[c.place] = i
    m.state[N_OPEN] += 1
    who = m.who[user]
    c.public = uniform(p.public_key, who, c.number) < p.public_share
    c.abusive = c.public and uniform(p.abusive_key, who, c.number) < p.abusive_share
    if c.abusive and m.state[MODERATED] and uniform(p.moderated_key, who, c.number) < p.moderation_share:
        close(i, DELETED, t, m, p)
        return
    push(m.queue, m.state, t.now + p.ignored_after, i, user, IGNORED_NOW)
    if c.public:
        push(m.queue, m.state, t.now, c.number * SORTS + COMPLAINT_STORY, user, STORY)
    c.taken = p.manner != NONE and uniform(p.taken_key, who, c.number) < p.answers
    if c.taken and p.logged:
        c.state = IN_WORK
        push(m.queue, m.state, t.now + logged_wait(uniform(p.service_key, who, c.number), m.waits), i, user, SERVED)
    elif c.taken:
        audience = m.back_start[user + 1] - m.back_start[user] if c.public else -1
        enqueue(i, -float(audience) if p.by_audience else 0.0, m)


# --- waiting ---------------------------------------------------------------------------------------------------------


@compiled_into
def normal_below(x):
    """Phi(x), the share of a standard normal below x."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@compiled_into
def impatience(age, median, sigma):
    """G(age): hours of waiting, each weighted by the share of people whose patience is over by then."""
    if age <= 0.0:
        return 0.0
    z = math.log(age / median) / sigma
    return age * normal_below(z) - median * math.exp(sigma * sigma / 2.0) * normal_below(z - sigma)


@compiled_into
def wait(i, t, m, p):
    """Add what the owner of an open complaint has suffered from waiting since the last time."""
    c = m.complaints[i]
    median = p.patience_median * (p.cohort_patience if m.flags[c.user] & YOUNG else 1.0)
    age = t.now - c.opened
    amount = impatience(age, median, p.patience_sigma) - impatience(c.age, median, p.patience_sigma)
    amount = p.waiting_wound * max(0.0, amount)
    c.age = age
    heal(c, t, p)
    c.affective += amount
    strike(c.user, 0, 0.0, amount, 0.0, 0.0, t, COMPLAINTS_ROW, np.int64(WAITED), m)


@compiled_into
def heal(c, t, p):
    """Bring the wound of a complaint up to date."""
    left = math.exp((c.when - t.now) / p.heal_competence)
    c.cognitive *= left
    c.affective *= left
    c.when = t.now


@compiled_apart
def wait_all(t, m, p):
    """What everyone with an open complaint has suffered from waiting up to now."""
    for k in range(m.state[N_OPEN]):
        wait(m.open[k], t, m, p)


# --- how a complaint ends --------------------------------------------------------------------------------------------


@compiled_apart
def close(i, how, t, m, p):
    """End a complaint; its waiting is counted up to now. how: ANSWERED, IGNORED or DELETED."""
    c = m.complaints[i]
    wait(i, t, m, p)
    m.state[N_OPEN] -= 1
    last = m.open[m.state[N_OPEN]]
    m.open[c.place] = last
    m.complaints[last].place = c.place
    m.complaint_of[c.user] = 0
    c.state, c.closed = how, t.now
    if c.story >= 0:
        m.acts[c.story].held = 0
    if how == ANSWERED:
        m.state[N_ANSWERED] += 1
        m.clock[HOURS_WAITED] += t.now - c.opened
    elif how == IGNORED:
        m.state[N_IGNORED] += 1
    else:
        m.state[N_DELETED] += 1


@part_of_loop
def ignore(i, t, m, p):
    """A complaint has waited too long: nobody answers it any more."""
    c = m.complaints[i]
    if c.state != WAITING and c.state != IN_WORK:
        return
    if c.state == IN_WORK and not p.logged:
        m.state[FREE] += 1
        m.state[CALL_DESK] = 1
    elif c.taken and not p.logged:
        m.state[QUEUED] -= 1
    close(i, IGNORED, t, m, p)
    post_again(c, p.ignored_repost, REPOST, t, m, p)
    perhaps_leave(c, p.ignored_intent, t, m, p)


@part_of_loop
def answer(i, t, times, trust, m, p):
    """The desk is done with a complaint: its manner decides what its owner and those who heard of it get."""
    c = m.complaints[i]
    close(i, DELETED if p.manner == DELETE and c.public else ANSWERED, t, m, p)
    if p.manner == DELETE and c.public:
        if c.story >= 0:
            stop(m.acts[c.story], m)
        post_again(c, p.clue, CLUE, t, m, p)
    elif p.manner == RUDE:
        scar, wound = p.scar_integrity * p.rude_dose, (1.0 - p.scar_integrity) * p.rude_dose
        a, b = 2.0 * p.rude_cognitive, 2.0 * (1.0 - p.rude_cognitive)
        strike(c.user, 1, wound * a, wound * b, scar * a, scar * b, t, COMPLAINTS_ROW, np.int64(ANSWER), m)
        rude_to_bystanders(c, t, trust, m, p)
        post_again(c, p.rude_repost, REPOST, t, m, p)
        perhaps_leave(c, p.rude_intent, t, m, p)
    else:
        worth = p.answer_worth / (1.0 + (t.now - c.opened) / p.reply_half)
        strike(
            c.user, 0, -worth * c.cognitive, -worth * c.affective, 0.0, 0.0, t, COMPLAINTS_ROW, np.int64(ANSWER), m
        )  # fmt: skip
        if c.number == 0:
            win(c.user, 0.0, worth * p.recovery, t, COMPLAINTS_ROW, np.int64(ANSWER), m)
        kind_to_bystanders(c, worth, t, times, m)
        if p.manner == GOOD or p.manner == DELETE:
            post_again(c, p.praise_share, PRAISE, t, m, p)


@compiled_into
def stop(a, m):
    """Delete a story: the shares that were to come are off."""
    m.state[ALIVE] -= a.pending > 0
    m.state[SHARES_PENDING] -= a.pending
    a.stopped, a.pending = 1, 0


@compiled_apart
def post_again(c, share, sort, t, m, p):
    """The owner of a complaint that has ended puts out another story with some chance."""
    key = p.clue_key if sort == CLUE else p.after_answer_key
    if uniform(key, m.who[c.user], c.number) < share:
        push(m.queue, m.state, t.now, c.number * SORTS + sort, c.user, STORY)


@compiled_apart
def perhaps_leave(c, share, t, m, p):
    """The owner of a complaint that ended badly may have had enough, and some of those who say so go."""
    who = m.who[c.user]
    if not p.membership or not m.flags[c.user] & FOLLOWS:
        return
    if uniform(p.intent_key, who, c.number) < share and uniform(p.leaves_key, who, c.number) < p.intent_to_leave:
        m.flags[c.user] ^= FOLLOWS
        at = row(c.user)
        m.columns[at + MOVES] += np.float32(1.0)
        m.columns[at + TO_MOVE] = np.float32(exponential(p.move_key, who, np.int64(m.columns[at + MOVES])))
        m.state[LEFT] += 1


@part_of_loop
def kind_to_bystanders(c, worth, t, times, m):
    """Those who heard a complaint hear that it was answered; those who hear it later hear both."""
    if c.story < 0:
        return
    a = m.acts[c.story]
    a.eta = worth
    link = a.chain
    while link >= 0:
        user = np.int64(m.chain[link].user)
        mend(find(m.met, c.story, user), c.story, user, worth, t, times, np.int64(ANSWER), m)
        link = np.int64(m.chain[link].before)


@part_of_loop
def rude_to_bystanders(c, t, trust, m, p):
    """Those who heard a complaint hear how rudely it was answered, as hearsay."""
    if c.story < 0:
        return
    link = m.acts[c.story].chain
    a, b = 2.0 * p.rude_cognitive, 2.0 * (1.0 - p.rude_cognitive)
    while link >= 0:
        user = np.int64(m.chain[link].user)
        dose = p.rude_heard * max(0.0, 1.0 - p.resistance * (trust[user] - 0.5))
        scar, wound = p.scar_integrity * dose, (1.0 - p.scar_integrity) * dose
        strike(user, 1, wound * a, wound * b, scar * a, scar * b, t, COMPLAINTS_ROW, np.int64(ANSWER), m)
        link = np.int64(m.chain[link].before)
