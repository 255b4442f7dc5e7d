"""The whole model against its plain reading with Mesa alone, on the same draws: posts, complaints, desk, membership."""

from __future__ import annotations

import pytest
from both_models import (
    ENDS,
    PER_USER,
    books_are_the_same,
    complaints_are_the_same,
    membership_is_the_same,
    people_are_the_same,
    series_are_the_same,
    stories_of_users_are_the_same,
    the_same,
    trust_is_the_same,
)
from hypothesis import given, settings
from mesa_twin import TwinModel
from whole_worlds import RUNS, whole_setups

from sim.dynamics import observe
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.ledger import accounts
from sim.dynamics.talk import BINS
from sim.scenario.acts import WAITS_FOR


@pytest.fixture(scope="module", params=RUNS, ids=lambda run: run.__name__)
def both(request):
    setup = request.param()
    return Engine(setup).run(), TwinModel(setup).run()


def test_the_same_people_meet_hear_and_share(both):
    """Exactly: who met, heard and shared each act, and how many would say that they leave; so what was conditional too."""
    people_are_the_same(*both)


def test_the_same_stories_of_users(both):
    """Exactly: posts, complaints, praise and clues, who put them out, and how far they came."""
    stories_of_users_are_the_same(*both)


def test_the_same_complaints(both):
    """Exactly: whose, how they ended, and when, within the table of meetings."""
    complaints_are_the_same(*both)


def test_the_same_followers(both):
    """Exactly: who follows, how often each moved; the word that each remembers."""
    membership_is_the_same(*both)


def test_users_end_with_the_same_trust(both):
    """Own and expressed trust of each user at the horizon, and the mean of expressed trust over time."""
    trust_is_the_same(*both)


def test_series_are_the_same(both):
    """Every mean, share and count at every step; a quantile is the trust of the user in that place, within one bin."""
    series_are_the_same(*both, one_bin=1 / BINS + PER_USER)  # round-off may carry a user over the edge of a bin


def test_books_are_the_same(both):
    """Every account of both books, and the books name the same accounts."""
    books_are_the_same(*both)


def test_the_runs_use_everything():
    """A comparison in which no complaint was ignored or no clue was found would prove nothing about them."""
    engines = [Engine(run()).run() for run in RUNS]
    used = {channel for engine in engines for book, _, channel, _ in accounts(engine) if book == "own"}
    assert used == set(s.CHANNELS) - {"rule"}
    stories = [engine.acts[engine.first_story : engine.state[s.N_ACTS]] for engine in engines]
    assert sum((rows["moral"] == 1).sum() for rows in stories) > 5  # clues
    assert sum((rows["stopped"] == 1).sum() for rows in stories) > 50
    assert sum(((rows["sign"] > 0) & (rows["n_shared"] > 0)).sum() for rows in stories) > 50
    for name in set(observe.TOTALS):
        assert max(observe.table(engine.rows)[name].max() for engine in engines) > 15, name
    waited_for = {act.when.kind for engine in engines for act in engine.agenda.happened if act.when is not None}
    assert waited_for == set(WAITS_FOR)
    complaints = [engine.live.complaints[: engine.state[s.N_COMPLAINTS]] for engine in engines]
    assert {int(end) for rows in complaints for end in rows["state"]} == set(ENDS)
    assert max(rows["number"].max() for rows in complaints if len(rows)) >= 3  # of one user


@settings(max_examples=150)
@given(whole_setups())
def test_any_small_world_runs_the_same(setup):
    """Everything above, for desks, conditions, rates and numbers that nobody thought of."""
    # each step rounds what own trust pulls and what talk does to float32, 2^-25 at most; where few users stand still while
    # the model runs, always in the same direction
    the_same(Engine(setup).run(), TwinModel(setup).run(), one_bin=1 / BINS + PER_USER, per_step=2**-25)
