"""Users as agents: rows of arrays that behave as Mesa's own agent set of Mesa's own agents does."""

from __future__ import annotations

import operator

import mesa
import numpy as np
import pytest

from sim.errors import RippleError
from sim.model import TrustModel, User, Users

NAMES = ("trust", "own_trust", "cognitive", "affective", "wound", "scar", "follows", "reached", "label", "community")
SMALL = {"network.users": 60, "network.ties": 3, "horizon": "16 d"}


def model_at(hours: int, **more: object) -> TrustModel:
    """A small breach some hours on: found out on day 15, when trust begins to fall."""
    model = TrustModel("data-breach", arm="silence", rng=5, changes={**SMALL, "timeline.breach.found": "6 d"}, **more)
    for _ in range(hours):
        model.step()
    return model


class Twin(mesa.Agent):
    """A plain Mesa agent with the attributes of one user."""

    def __init__(self, model: mesa.Model, row: int, values: dict[str, object]):
        super().__init__(model)
        self.row = row
        self.__dict__.update(values)


class TwinModel(mesa.Model):
    """The same users as Mesa holds them: one object each."""

    def __init__(self, ours: TrustModel):
        super().__init__(rng=5)
        for row, user in enumerate(ours.agents):
            Twin(self, row, {name: getattr(user, name) for name in NAMES})


@pytest.fixture(scope="module")
def ours() -> TrustModel:
    return model_at(12 * 24)


@pytest.fixture
def pair(ours: TrustModel):
    """Our users and Mesa's, both with a random generator in the same state."""
    theirs = TwinModel(ours)
    ours.random.seed(11)
    theirs.random.seed(11)
    return ours.agents, theirs.agents


def rows(agents) -> list[int]:
    return [agent.row for agent in agents]


def by_group(groups) -> dict[object, list[int]]:
    return {name: rows(group) for name, group in groups}


LOW = operator.attrgetter("reached")

SAME = {
    "length": len,
    "rows in order": rows,
    "ids": lambda a: [agent.unique_id for agent in a],
    "first": lambda a: a.to_list()[0].row if hasattr(a, "to_list") else a[0].row,
    "last": lambda a: list(a)[-1].row,
    "get": lambda a: a.get("trust"),
    "get types": lambda a: [type(value) for value in a.get("trust")[:1] + a.get("follows")[:1] + a.get("label")[:1]],
    "get several": lambda a: a.get(["label", "wound"]),
    "get default": lambda a: a.get("mood", handle_missing="default", default_value=3),
    "get several, default": lambda a: a.get(["row", "mood"], handle_missing="default", default_value=3),
    "agg plain": lambda a: a.agg("trust", min),
    "agg of NumPy": lambda a: a.agg("own_trust", np.max),
    "agg several": lambda a: a.agg("scar", [min, max, len]),
    "select": lambda a: rows(a.select(lambda agent: agent.trust < 0.4)),
    "select at most": lambda a: rows(a.select(LOW, at_most=4)),
    "select a share": lambda a: rows(a.select(at_most=0.25)),
    "select a share of those": lambda a: rows(a.select(LOW, at_most=0.1)),
    "select nobody": lambda a: rows(a.select(lambda agent: False)),
    "select other types": lambda a: rows(a.select(agent_type=int)),
    "select by type": lambda a: rows(a.select(agent_type=mesa.Agent)),
    "sort": lambda a: rows(a.sort("trust")),
    "sort with ties": lambda a: rows(a.sort("follows")),
    "sort with ties upward": lambda a: rows(a.sort("follows", ascending=True)),
    "sort by function": lambda a: rows(a.sort(lambda agent: -agent.wound)),
    "groups": lambda a: by_group(a.groupby("follows")),
    "groups by function": lambda a: by_group(a.groupby(lambda agent: agent.trust < 0.4)),
    "groups as lists": lambda a: by_group(a.groupby("community", result_type="list")),
    "group sizes": lambda a: a.groupby("community").count(),
    "group of numbers": lambda a: a.groupby("follows").agg("trust", max),
    "group list of numbers": lambda a: a.groupby("follows", result_type="list").agg("trust", max),
    "groups mapped": lambda a: a.groupby("follows").map(len),
    "shuffled": lambda a: rows(a.select(LOW).shuffle()),
    "shuffled twice": lambda a: (rows(a.select(LOW).shuffle()), rows(a.select(LOW).shuffle())),
    "map": lambda a: a.map(lambda agent, k: (agent.row, k), 3),
    "or": lambda a: sorted(rows(a.select(LOW) | a.select(lambda agent: agent.follows))),
    "and": lambda a: sorted(rows(a.select(LOW) & a.select(lambda agent: agent.follows))),
    "minus": lambda a: sorted(rows(a.select(LOW) - a.select(lambda agent: agent.follows))),
}


@pytest.mark.parametrize("what", SAME)
def test_a_set_of_users_does_what_a_set_of_agents_does(what: str, pair) -> None:
    """The same operation on rows and on one object per user gives the same, numbers to the last bit."""
    us, them = pair
    assert SAME[what](us) == SAME[what](them)


@pytest.mark.parametrize("how", ["do", "shuffle_do"])
def test_functions_are_called_in_the_same_order(how: str, pair) -> None:
    """`do` in order, `shuffle_do` in the order that the same random generator gives Mesa's agents."""
    called: list[list[int]] = [[], []]
    for agents, seen in zip(pair, called, strict=True):
        getattr(agents, how)(lambda agent, seen=seen: seen.append(agent.row))
    assert called[0] == called[1]
    assert sorted(called[0]) == list(range(60))
    assert (called[0] == list(range(60))) == (how == "do")


def test_in_place_changes_the_set_and_gives_it_back(pair) -> None:
    """select, sort and shuffle with inplace=True; a copy taken before keeps its users."""
    for agents in pair:
        some = agents.select(LOW)
        before = some.select()  # a copy
        assert some.select(lambda agent: agent.trust < 0.4, inplace=True) is some
        assert some.sort("trust", inplace=True) is some
        assert some.shuffle(inplace=True) is some
        assert set(rows(some)) < set(rows(before))
    assert isinstance(pair[0].select(), Users)


def test_users_are_added_to_and_taken_out_of_a_set(ours: TrustModel) -> None:
    """add, discard, remove and `in`, as of any set; the model keeps all of its users."""
    some = ours.agents.select(at_most=3)
    other = ours.agents[10]
    assert other not in some
    some.add(other)
    some.add(other)
    assert rows(some) == [0, 1, 2, 10]
    some.discard(other)
    some.discard(other)
    assert rows(some) == [0, 1, 2]
    with pytest.raises(KeyError):
        some.remove(other)
    with pytest.raises(RippleError, match="its own model"):
        some.add(model_at(0).agents[0])
    assert len(ours.agents) == ours.n_users == 60


def test_a_mask_selects_as_a_function_does(ours: TrustModel) -> None:
    """`select(array("trust") < x)` is `select(lambda user: user.trust < x)`; a mask that does not fit is refused."""
    users = ours.agents
    mask = users.array("trust") < np.float32(0.4)
    assert 0 < mask.sum() < 60
    assert rows(users.select(mask)) == rows(users.select(lambda user: user.trust < np.float32(0.4)))
    assert rows(users.select(mask, at_most=2)) == rows(users.select(mask))[:2]
    with pytest.raises(RippleError, match="yes or no for each of the 60 users"):
        users.select(mask[:5])


def test_users_are_those_of_the_run(ours: TrustModel) -> None:
    """Every attribute is the column of `results().users`, row by row and bit by bit; ids count from 1."""
    table = ours.results().users
    for name, column in (
        ("trust", "trust"),
        ("own_trust", "own"),
        *((name, name) for name in ("cognitive", "affective", "wound", "scar", "follows", "reached", "label")),
    ):
        assert ours.agents.get(name) == table[column].tolist(), name
        assert [getattr(user, name) for user in ours.agents] == table[column].tolist(), name
        assert ours.agents.array(name).dtype == table[column].dtype or name == "label"
    assert ours.agents.get("row") == list(range(60))
    assert ours.agents.get("unique_id") == list(range(1, 61))
    assert (table["wound"] > 0).any()


def test_neighbors_are_those_listened_to(ours: TrustModel) -> None:
    """Friendships go both ways; of arcs, `neighbors` are those listened to and `listeners` those who listen."""
    graph = ours.results().graph
    for user in ours.agents:
        there = graph.heard[graph.start[user.row] : graph.start[user.row + 1]].tolist()
        assert sorted(rows(user.neighbors)) == there == sorted(rows(user.listeners))
    arcs = TrustModel.from_parts([("ann", "bo"), ("ann", "cy")], directed="follows", rng=1)
    assert sorted(arcs.agent("ann").neighbors.get("label")) == ["bo", "cy"]
    assert arcs.agent("bo").neighbors.get("label") == []
    assert arcs.agent("bo").listeners.get("label") == ["ann"]


# --- setting ---


def own_account(model: TrustModel, book: str) -> float:
    ledger = model.results().ledger
    return float(ledger[(ledger["book"] == book) & (ledger["cause"] == "set by hand")]["trust"].sum())


@pytest.mark.parametrize("hours", [0, 7 * 24, 16 * 24])
@pytest.mark.parametrize("wanted", [0.0, 0.2, 0.75, 1.0])
def test_trust_set_by_hand_is_what_the_user_has_and_both_books_say_so(hours: int, wanted: float) -> None:
    """Own and expressed trust become x; each book has (x - before) / n under "set by hand", and closes.

    x, before and the bookings are float32 numbers: 1e-7 of trust, and 1e-9 of a mean over 60 users.
    """
    model = model_at(hours)
    user = model.agents[7]
    others = [model.agents.select(lambda agent: agent.row != 7).get(name) for name in ("trust", "own_trust")]
    before = user.trust, user.own_trust
    user.trust = wanted
    assert user.trust == pytest.approx(wanted, abs=1e-6)
    assert user.own_trust == pytest.approx(wanted, abs=1e-6)
    assert others == [model.agents.select(lambda agent: agent.row != 7).get(name) for name in ("trust", "own_trust")]
    model.step()
    for book, was in zip(("expressed", "own"), before, strict=True):
        assert own_account(model, book) == pytest.approx((wanted - was) / 60, abs=1e-8), book
    model.run_model()
    assert len(model.results().series) == 16 * 24 + 1  # the books were checked on the way


def test_what_is_set_at_the_horizon_is_in_the_last_row() -> None:
    """No later row could show it: the means and the last row of the series are those of what was set."""
    model = model_at(16 * 24)
    assert not model.running and model.trust < 0.5
    model.agents.set("trust", 1.0)
    assert (model.trust, model.own_trust) == pytest.approx((1.0, 1.0), abs=1e-6)
    assert model.results().series["trust"].iloc[-1] == model.trust


def test_friends_follow_a_user_who_was_changed() -> None:
    """A hub set to 1 lifts the mean trust of its friends through talk, and nothing else does in a quiet time."""
    calm, lifted = model_at(0), model_at(0)
    hub = max(lifted.agents, key=lambda user: len(user.neighbors))
    hub.trust = 1.0
    for model in (calm, lifted):
        for _ in range(24):
            model.step()
    friends = [user.row for user in hub.neighbors]
    gain = np.array(lifted.agents.get("trust")) - np.array(calm.agents.get("trust"))
    assert all(gain[friends] > 1e-3)


def test_sets_of_users_are_set_at_once() -> None:
    """`set("trust", x)` is the loop over users, bit for bit; an array gives each its own; follows can be set."""
    one, each = model_at(48), model_at(48)
    one.agents.select(at_most=10).set("trust", 0.3)
    for user in each.agents.select(at_most=10):
        user.trust = 0.3
    assert one.agents.get(["trust", "own_trust"]) == each.agents.get(["trust", "own_trust"])
    wanted = np.linspace(0, 1, 60, dtype=np.float32)
    one.agents.set("trust", wanted)
    assert one.agents.array("trust").tolist() == wanted.tolist()
    one.agents.set("follows", False)
    one.agents[3].follows = True
    assert [user.row for user in one.agents if user.follows] == [3]
    one.step()
    assert one.followers == 1


@pytest.mark.parametrize("wrong", [1.5, -0.1, float("nan"), "high", None])
def test_what_is_no_trust_is_refused(wrong: object) -> None:
    """Trust is a number from 0 to 1; nothing has changed after the error."""
    model = model_at(0)
    before = model.agents.get("trust")
    with pytest.raises(RippleError, match="trust"):
        model.agents[0].trust = wrong
    with pytest.raises(RippleError, match="trust"):
        model.agents.set("trust", wrong)
    assert model.agents.get("trust") == before


def test_what_follows_from_the_run_cannot_be_set() -> None:
    """wound, scar and the like raise AttributeError as read-only attributes do, naming what can be set."""
    model = model_at(0)
    for name in ("wound", "own_trust", "label", "unique_id", "row"):
        with pytest.raises(AttributeError, match="what can be set: trust, follows"):
            setattr(model.agents[0], name, 1)
        with pytest.raises(AttributeError, match="what can be set: trust, follows"):
            model.agents.set(name, 1)


# --- agents of one's own ---


class Reader(User):
    """A user who counts what it did."""

    articles = 0

    def step(self) -> None:
        self.articles += 1
        if self.articles > 1 and self.follows:
            self.mood = "tired"


class Readers(TrustModel):
    """Every tick all users read, in random order."""

    agent_class = Reader

    def step(self) -> None:
        self.agents.shuffle_do("step")
        super().step()


def test_attributes_of_ones_own_stay_with_the_user() -> None:
    """Views come and go; what was set on a user is there at the next look, by any way of looking."""
    model = Readers("data-breach", rng=5, changes=SMALL)
    model.step()
    model.step()
    assert model.agents.get("articles") == [2] * 60
    tired = model.agents.get("mood", handle_missing="default")
    assert [mood == "tired" for mood in tired] == model.agents.get("follows")
    assert model.agents.groupby("articles").count() == {2: 60}
    model.agents.set("articles", 7)
    assert model.agents.agg("articles", sum) == 420
    assert isinstance(model.agents[0], Reader) and list(model.agents_by_type) == [Reader]
    with pytest.raises(AttributeError, match="no attribute 'artikles'; did you mean 'articles'"):
        model.agents.get("artikles")


def test_a_user_that_somebody_holds_is_one_object(ours: TrustModel) -> None:
    """`is` and `==` hold for two looks at one user; another model's user is another one."""
    user = ours.agents[4]
    assert ours.agents[4] is user and ours.agent(user.label) is user and user in ours.agents
    assert user == ours.agents[4] and hash(user) == hash(ours.agents[4]) and user != ours.agents[5]
    other = model_at(0).agents[4]
    assert other != user and other not in ours.agents
    assert user.model is ours and user.random is ours.random and user.rng is ours.rng


def test_looking_at_users_leaves_nothing_behind() -> None:
    """After passes over all users no view is held."""
    model = model_at(1)
    model.agents.do(lambda user: user.trust)
    assert len(model.agents.select(lambda user: user.trust < 0.5)) > 0
    assert not model._views and not model._kept


def test_users_are_neither_made_nor_removed() -> None:
    """The network and everyone's draws hang on them: both raise, saying the way out."""
    model = model_at(0)
    with pytest.raises(RippleError, match=r"model\.agents"):
        User(model)
    with pytest.raises(RippleError, match="cannot be removed"):
        model.agents[0].remove()
    with pytest.raises(RippleError, match="no user is called 'nobody'"):
        model.agent("nobody")


def test_other_agents_live_in_the_model_beside_the_users() -> None:
    """A journalist made as Mesa makes agents: an id after the users', found by type, removed as usual."""

    class Journalist(mesa.Agent):
        pass

    model = model_at(0)
    one, two = Journalist(model), Journalist(model)
    assert (one.unique_id, two.unique_id) == (61, 62)
    assert len(model.agents) == 60 and list(model.agents_by_type[Journalist]) == [one, two]
    assert model.agent_types == [User, Journalist]
    one.remove()
    assert list(model.agents_by_type[Journalist]) == [two]
