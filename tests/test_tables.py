"""The tables of a run: their columns are those that are described, and they say the same as the series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_comparison import small_comparison

import sim
from sim.scenario.measures_named import MEASURES
from sim.show.doings import doings
from sim.study.tables import COMPARISON, RUN

NOTHING = {"without": ["posts", "complaints", "membership"]}


@pytest.fixture(scope="module")
def run() -> sim.Run:
    """Many posts and complaints, a desk that answers half: a little of everything."""
    busy = {"parameters.bad_rate": 0.0005, "parameters.activity_median": 0.002}
    return sim.run("data-breach", arm="denial", users=400, horizon="40 d", seed=2, changes=busy)


@pytest.mark.parametrize("name", RUN)
def test_the_columns_of_a_run_are_those_described(run, name):
    """Names and order; also when nothing happens, so that a table without rows keeps its columns."""
    described = [column.name for column in RUN[name]]
    still = sim.run({"ripple": 1, "network": {"kind": "karate"}, "horizon": "1 d", **NOTHING})
    for one in (run, still):
        assert list(getattr(one, name).columns) == described


@pytest.mark.parametrize("name", COMPARISON)
def test_the_columns_of_a_comparison_are_those_described(name):
    """Names and order, an index first; `each measure` stands for all of them."""
    table = getattr(small_comparison(), name)
    described = [column.name for column in COMPARISON[name]]
    where = described.index("each measure") if "each measure" in described else None
    if where is not None:
        described[where : where + 1] = MEASURES
    if described == ["each arm"]:
        described = small_comparison().arms
    assert [*filter(None, table.index.names), *table.columns] == described


def test_every_column_says_what_it_means():
    """A meaning for each; a unit unless it holds words."""
    for columns in (*RUN.values(), *COMPARISON.values()):
        assert all(column.meaning for column in columns)


def test_the_table_of_complaints_says_what_the_series_count(run):
    """How many there are of each state, how long those answered waited, and who made them."""
    table, end = run.complaints, run.series.iloc[-1]
    states = table["state"].value_counts()
    assert len(table) == end["complaints_opened"] > 50
    for name in ("answered", "ignored", "deleted"):
        assert states.get(name, 0) == end[f"complaints_{name}"]
    assert table["closed"].isna().sum() == end["complaints_waiting"]
    waited = table.loc[table["state"] == "answered", "waiting_hours"].mean()
    assert waited == pytest.approx(end["waiting_hours"], rel=1e-12)
    assert table.loc[table["state"] == "ignored", "waiting_hours"].to_numpy() == pytest.approx(24.0)
    made = table.groupby("user").size()
    users = run.users.set_index("label")["complaints"]
    assert users[users > 0].to_dict() == made.to_dict()
    assert not (table["abusive"] & ~table["public"]).any()


def test_posts_of_users_are_those_of_the_series(run):
    """Opinions by user, and the praise that follows an answer, are all positive and negative posts."""
    end = run.series.iloc[-1]
    good, bad = end["posts_positive"], end["posts_negative"]
    answered = end["complaints_answered"]
    assert 0 <= good + bad - run.users["posts"].sum() <= answered
    still = sim.run("data-breach", users=200, horizon="20 d", changes={"without": ["complaints"]})
    assert still.users["posts"].sum() == still.series[["posts_positive", "posts_negative"]].iloc[-1].sum() > 0


def test_moves_of_users_are_those_who_joined_and_left(run):
    """Each move is one of them, and followers at the end are those at the start, with who joined, without who left."""
    end = run.series.iloc[-1]
    assert run.users["moves"].sum() == end["joined"] + end["left"] > 0
    assert (
        run.series["followers"].iloc[0] + end["joined"] - end["left"] == end["followers"] == run.users["follows"].sum()
    )


def test_stories_of_users_have_their_authors_and_sorts(run):
    """Every public complaint that was not removed has its story, in its hour and by its author; the cause fits the sort."""
    told, complaints = run.user_stories, run.complaints
    public = complaints[complaints["public"]]
    own = told[told["sort"] == "complaint"]
    assert len(public) == len(own) > 10
    assert set(zip(own["author"], own["hour"], strict=True)) == set(zip(public["user"], public["opened"], strict=True))
    by_sort = {"opinion": "posts", "praise": "posts", "complaint": "complaints", "repeated complaint": "complaints"}
    assert (told["cause"] == told["sort"].map(by_sort)).all() and set(told["sort"]) == set(by_sort)
    assert (told.loc[told["cause"] == "complaints", "sign"] == -1).all()
    assert (told.loc[told["sort"] == "praise", "sign"] == 1).all() and set(told["sign"]) == {-1, 1}


def test_stated_intent_is_that_of_the_dose(run):
    """All who met the breach took 1.07 x .4 x the record's factor of 1: 1 - exp(-.428 / 1.15) = .3108, less for whom heard."""
    breach = run.stories.set_index("act").loc["breach"]
    assert 0.2 < breach["stated_intent"] <= 1 - np.exp(-1.0735 * 0.4 / 1.15) + 1e-3


def test_a_run_in_which_users_do_nothing_says_nothing(run):
    """No sentence without a number; each of the four where something happened."""
    still = sim.run("data-breach", users=200, horizon="20 d", changes=NOTHING)
    assert doings(still) == []
    assert len(still.user_stories) == len(still.complaints) == 0
    said = doings(run)
    assert [word in text for word, text in zip(("opinions", "complaints", "left", "furthest"), said, strict=True)] == [
        True
    ] * 4
    assert f"{len(run.complaints):,} complaints" in said[1]


def test_the_tables_are_opened_as_they_were_saved(run, tmp_path):
    """Empty ones too, with the types of their columns."""
    still = sim.run({"ripple": 1, "network": {"kind": "karate"}, "horizon": "1 d", **NOTHING})
    for k, one in enumerate((run, still)):
        back = sim.open_run(one.save(tmp_path / str(k)))
        for name in RUN:
            pd.testing.assert_frame_equal(getattr(back, name), getattr(one, name), check_exact=True)
