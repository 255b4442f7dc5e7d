"""What users put out by themselves: opinion posts, complaints in public, praise; and how such a story begins.

Everyone may post at its own rate; a candidate becomes a post with the chance

    positive  L((T - B0 - theta_a) / s_a),   negative  L((B0 - theta_d - T) / s_d),   L(x) = 1 / (1 + exp(-x))

with T as at the start of the running step of talk. The author's listeners hear it at once. Most stories die there, and
leave nothing behind: a row among the acts and places among the encounters are taken only when someone will pass it on,
or when its hearers take a dose. Sources: van Mierlo 2014, doi:10.2196/jmir.2966; Goel, Watts & Goldstein 2012.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import compiled, compiled_into, part_of_loop
from sim.dynamics.encounters import encounter
from sim.dynamics.pending import push
from sim.dynamics.state import (
    ALIVE,
    BAD_POSTS,
    CLUE,
    COMPLAINT_STORY,
    COMPLAINTS_ROW,
    GOOD_POSTS,
    HEARD_SO_FAR,
    MET,
    N_ACTS,
    N_STORIES,
    POST_BAD,
    POST_GOOD,
    POSTS_ROW,
    PRAISE,
    QUEUE_SIZE,
    SHARES,
    SHARES_PENDING,
    SORTS,
    STEP,
    STEP_LENGTH,
    STORY,
)  # fmt: skip
from sim.dynamics.stories import put_in_a_word
from sim.world.draws import bits, exponential, normal, uniform


@compiled
def first_candidates(m, p):
    """Give every user its first candidate of a post and put it into the bucket of the step it falls into."""
    for i in range(m.who.size):
        m.next_post[i] = exponential(p.post_time_key, m.who[i], 0) / m.activity[i] if m.activity[i] > 0.0 else math.inf
        into_bucket(i, m, p)


@compiled_into
def into_bucket(i, m, p):
    """Put a user into the bucket of its next candidate, if that comes before the horizon."""
    if m.next_post[i] < p.horizon:
        step = min(m.bucket.size - 1, int(m.next_post[i] / m.clock[STEP_LENGTH]))
        m.bucket_next[i] = m.bucket[step]
        m.bucket[step] = i


@part_of_loop
def candidates(trust, m, p):
    """Decide on all candidates of the running step and put the posts into the queue. False when the queue is full."""
    step = m.state[STEP]
    if step >= m.bucket.size:
        return True
    end = (step + 1) * m.clock[STEP_LENGTH]
    while m.bucket[step] >= 0:
        i = np.int64(m.bucket[step])
        t = np.float64(trust[i])
        good = logistic((t - p.baseline - p.advocate_distance) / p.advocate_width)
        bad = logistic((p.baseline - p.detractor_distance - t) / p.detractor_width)
        while m.next_post[i] < end:
            if m.state[QUEUE_SIZE] >= m.queue.size:
                return False
            number = np.int64(m.post_number[i])
            u = uniform(p.post_key, m.who[i], number)
            if u < good:
                push(m.queue, m.state, m.next_post[i], number * SORTS + POST_GOOD, i, STORY)
            elif u > 1.0 - bad:
                push(m.queue, m.state, m.next_post[i], number * SORTS + POST_BAD, i, STORY)
            m.post_number[i] += 1
            m.next_post[i] += exponential(p.post_time_key, m.who[i], number + 1) / m.activity[i]
        m.bucket[step] = m.bucket_next[i]
        into_bucket(i, m, p)
    return True


@compiled_into
def logistic(x):
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + math.exp(-x))


@part_of_loop
def publish(user, code, t, trust, m, p):
    """A user puts out a story, numbered and of a sort: see the sorts in `state`; its author passes it on at once.

    There must be room for a row.
    """
    sort, number, who = code % SORTS, code // SORTS, m.who[user]
    key = bits(p.story_keys[sort], who, number)
    good = sort in (POST_GOOD, PRAISE)
    mute = good or sort == POST_BAD
    if mute:
        m.state[GOOD_POSTS if good else BAD_POSTS] += 1
        if sort != PRAISE:
            m.written[user] += 1
    if not p.word_of_mouth:
        return
    sign = 1 if good else -1
    z = normal(p.virality_key, key, 0)
    hazard = p.per_kappa * p.virality_mean * math.exp(p.virality_sigma * (z - p.virality_sigma / 2.0))
    first, last = m.back_start[user], m.back_start[user + 1]
    if mute and not passed_on(first, last, key, sign, hazard, t, trust, m, p):
        return
    act = new_row(user, sort, key, sign, mute, hazard, t, m, p)
    m.met[encounter(m.met, m.state, act, user)].state = MET | SHARES
    m.acts[act].pending = 1
    m.state[ALIVE] += 1
    m.state[SHARES_PENDING] += 1
    push(m.queue, m.state, t.now, act, user, 0)


@part_of_loop
def passed_on(first, last, key, sign, hazard, t, trust, m, p):
    """True when a listener of the author will share a story without a dose; if not, all that hearing it does is done."""
    most = hazard * (1.0 + 0.5 * abs(p.share_bias))
    for e in range(first, last):
        i = m.back[e]
        coin = uniform(p.share_key, m.who[i], key)
        if coin >= 1.0 - most and coin >= math.exp(
            -max(0.0, hazard * (1.0 + p.share_bias * sign * (np.float64(trust[i]) - 0.5)))
        ):
            return True
    m.state[HEARD_SO_FAR] += last - first
    if p.membership:
        for e in range(first, last):
            put_in_a_word(np.int64(m.back[e]), sign, t, m, p)
    return False


@part_of_loop
def new_row(user, sort, key, sign, mute, hazard, t, m, p):
    """Take a row among the acts for the story of a user."""
    act = m.state[N_ACTS]
    m.state[N_ACTS] += 1
    m.state[N_STORIES] += 1
    a = m.acts[act]
    a.key, a.sign, a.hazard, a.mute, a.author, a.born = key, sign, hazard, mute, user, t.now
    a.cause = POSTS_ROW if mute else COMPLAINTS_ROW
    a.moral = sort == CLUE
    a.scar = p.scar_integrity if sort == CLUE else p.scar_competence
    a.target = a.first_response = a.next_response = a.chain = -1
    size, cognitive = p.bad_size, p.bad_cognitive
    if mute:
        size, cognitive = p.opinion_size, p.opinion_cognitive
    elif sort == CLUE:
        size, cognitive = p.bad_size * p.clue_size, p.clue_cognitive
    if sort == COMPLAINT_STORY:
        c = m.complaints[m.complaint_of[user] - 1]
        c.story, a.held = act, 1
        if c.abusive:  # less of a dose, and all of it on the affect of those who hear it
            size, cognitive = p.abusive_size * size, 0.0
    a.cognitive, a.affective = 2.0 * cognitive, 2.0 * (1.0 - cognitive)
    a.heard = size * (p.peer_heard if sign > 0 else p.heard_per_size)
    return act
