"""The engine and the Mesa twin after the same run: everything that both tell of it, held side by side."""

from __future__ import annotations

import math

import numpy as np
import pytest
from twin_stories import Story

from sim.dynamics import observe
from sim.dynamics import state as s
from sim.dynamics.ledger import accounts
from sim.dynamics.talk import BINS
from sim.dynamics.trust import fades_at

# The engine stores trust in float32 (6e-8 each) and looks meetings up in a table good to 1e-4 h. Seen in these runs:
# 5e-7 for one user, 4e-7 for a mean over few users, 2e-7 for an account. A wrong formula shows from 1e-4 on.
PER_USER = 5e-6
MEANS = 2e-6
ACCOUNTS = 1e-6
TIMES = 2e-4  # h; what begins with a meeting


def the_same(engine, twin, one_bin=1 / BINS, per_step=0.0):
    """All of the below."""
    people_are_the_same(engine, twin)
    stories_of_users_are_the_same(engine, twin)
    complaints_are_the_same(engine, twin)
    membership_is_the_same(engine, twin)
    trust_is_the_same(engine, twin)
    series_are_the_same(engine, twin, one_bin)
    books_are_the_same(engine, twin, per_step)


def met_sets(engine):
    """From the table of encounters: act -> {user: (met, heard, shares, hop)}; finished gains may have left it."""
    found = {}
    for row, out in enumerate(engine.out):
        found[out.act.id] = {}
        for entry in engine.met[engine.met["key"] >> 32 == row + 1]:
            state = int(entry["state"])
            found[out.act.id][int(entry["key"]) & 0xFFFFFFFF] = state
    return found


def hearings(story):
    """First hearings of a twin's story or answer by hop from 1 on; the last is "or more", as the engine counts them."""
    counts = [0] * s.MAX_HOPS
    for hop, count in getattr(story, "heard", {}).items():
        counts[min(hop, s.MAX_HOPS - 1)] += count
    return counts[1:]


def people_are_the_same(engine, twin):
    """Exactly: who met, heard and shared each act; the counts per act, and first hearings per hop."""
    public = twin.brand.public
    assert [out.act.id for out in engine.out] == list(public)
    for row, (name, out) in enumerate(public.items()):
        assert engine.acts["n_met"][row] == len(out.met), name
        assert engine.acts["n_shared"][row] == len(getattr(out, "shared", ())), name
        assert engine.hops[row][1:].tolist() == hearings(out), name
        assert engine.acts["n_heard"][row] == sum(hearings(out))
        assert engine.acts["intent"][row] == pytest.approx(getattr(out, "intent", 0.0), abs=1e-9, rel=1e-9), name
    for name, entries in met_sets(engine).items():
        if isinstance(public[name], Story) and public[name].sign < 0:
            theirs = {user.row: user.encounters[name] for user in twin.users if name in user.encounters}
            for bit, what in ((s.MET, "met"), (s.HEARD, "heard"), (s.SHARES, "shares")):
                ours = {user for user, state in entries.items() if state & bit}
                assert ours == {user for user, e in theirs.items() if getattr(e, what)}, (name, what)


def stories_of_users_are_the_same(engine, twin):
    """Exactly: who put out which story and how many heard and shared it; those that nobody passed on leave no row.

    The counts of posts in the series tell of the latter.
    """
    theirs = {int(story.event): story for story in twin.stories if story.author is not None}
    rows = engine.acts[engine.first_story : engine.state[s.N_ACTS]]
    assert len(rows) == engine.state[s.N_STORIES]
    for a in rows:
        assert int(a["key"]) in theirs, f"a story of user {a['author']} at hour {a['born']:g}"
        story = theirs.pop(int(a["key"]))
        assert a["author"] == story.author.row
        assert a["born"] == pytest.approx(story.since, abs=TIMES)
        assert (a["sign"], bool(a["moral"]), bool(a["mute"])) == (
            story.sign,
            story.sign < 0 and story.moral,
            story.mute,
        )
        assert a["n_heard"] == story.heard.total(), story.name
        assert a["n_shared"] == len(story.shared), story.name
        assert bool(a["stopped"]) == story.stopped
    assert all(story.mute and not story.shared for story in theirs.values())


ENDS = {s.WAITING: "waiting", s.IN_WORK: "in work", s.ANSWERED: "answered", s.IGNORED: "ignored", s.DELETED: "deleted"}


def complaints_are_the_same(engine, twin):
    """Whose, when they opened and closed, how they ended, which were public, which were abusive; their wounds."""
    ours = engine.live.complaints[: engine.state[s.N_COMPLAINTS]]
    assert len(ours) == len(twin.desk.complaints)
    for one, other in zip(ours, twin.desk.complaints, strict=True):
        what = (other.owner.row, other.number)
        assert (one["user"], one["number"]) == what
        assert ENDS[int(one["state"])] == other.state, what
        assert one["opened"] == pytest.approx(other.opened, abs=TIMES), what
        assert (bool(one["public"]), bool(one["abusive"])) == (other.public, other.abusive), what
        if not math.isinf(other.closed):
            assert one["closed"] == pytest.approx(other.closed, abs=TIMES), what


def membership_is_the_same(engine, twin):
    """Exactly who follows at the end and how often each moved; and what each remembers of what was heard."""
    follows = (engine.flags[: engine.n] & s.FOLLOWS) != 0
    assert follows.tolist() == [user.follows for user in twin.users]
    assert s.column(engine.columns, s.MOVES, engine.n).tolist() == [user.moved for user in twin.users]
    if engine.law.membership:
        word = (
            s.column(engine.columns, s.WORD, engine.n)
            * fades_at(engine.now, engine.clock[s.CLOCK_BASE], engine.times).word
        )
        # sums of hundreds of float32 of either sign
        np.testing.assert_allclose(word, [user.word for user in twin.users], atol=2e-5, rtol=2e-6)


def trust_is_the_same(engine, twin):
    """Own and expressed trust of each user at the horizon, and the mean of expressed trust over time."""
    own = s.column(engine.columns, s.OWN, engine.n)
    hours = [user.trust_hours / twin.now for user in twin.users]
    np.testing.assert_allclose(own, [user.own for user in twin.users], atol=PER_USER, rtol=0)
    np.testing.assert_allclose(engine.expressed_trust(), [user.trust for user in twin.users], atol=PER_USER, rtol=0)
    np.testing.assert_allclose(engine.mean_trust_over_time(), hours, atol=PER_USER, rtol=0)


def series_are_the_same(engine, twin, one_bin=1 / BINS):
    """Every mean, share and count at every step; a quantile is the trust of the user in that place, within one bin."""
    table, series = observe.table(engine.rows), twin.datacollector.model_vars
    assert set(table) == set(series)
    for name in observe.TOTALS:
        assert table[name].tolist() == series[name], name
    np.testing.assert_allclose(table["waiting_hours"], series["waiting_hours"], atol=TIMES, rtol=0)
    for prefix, group in (("", "users"), ("followers_", "followers"), ("reached_", "reached")):
        assert table[group].tolist() == series[group]
        for name in observe.MEANS:
            name = prefix + name
            np.testing.assert_allclose(table[name], series[name], atol=MEANS, rtol=0, err_msg=name)
        for q in observe.QUANTILES:
            name = f"{prefix}trust_q{round(100 * q):02d}"
            np.testing.assert_allclose(table[name], series[name], atol=one_bin, rtol=0, err_msg=name)


def books_are_the_same(engine, twin, per_step=0.0):
    """Every account of both books, and the books name the same accounts.

    per_step: by what pull and talk may be off in each step, in opposite directions.
    """
    theirs = {("own", *account): value for account, value in twin.own_book.items() if value}
    theirs |= {("expressed", "talk", name): value for name, value in twin.expressed_book.items()}
    ours = {(book, cause, channel): value for book, cause, channel, value in accounts(engine)}
    for account in ours.keys() | theirs.keys():
        most = ACCOUNTS + per_step * twin.steps_done * (account[0] == "expressed")
        assert ours.get(account, 0.0) == pytest.approx(theirs.get(account, 0.0), abs=most), account
    talked = [sum(value for account, value in book.items() if account[0] == "expressed") for book in (ours, theirs)]
    assert talked[0] == pytest.approx(talked[1], abs=ACCOUNTS)
