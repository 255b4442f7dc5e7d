"""Users as Mesa agents: views on rows of the engine's arrays, made when someone looks and gone when nobody does.

A million agents as objects take ten seconds and half a gigabyte; as rows they take neither. `Users` is an AgentSet that
holds row numbers: by the name of an attribute it reads and writes whole columns, and it makes agents only for functions
that want one. As long as somebody holds an agent it is the same object; one with attributes of its own is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import numpy as np
from mesa.agent import Agent, AgentSet

from sim.dynamics import byhand
from sim.dynamics.engine import Engine
from sim.errors import RippleError, did_you_mean
from sim.model import columns

try:  # from Mesa 3.4 on
    from mesa.agentset import GroupBy
except ImportError:
    from mesa.agent import GroupBy

_FEW = 1.0  # as in Mesa: `at_most` up to here, written as a float, is a share


class Model(Protocol):
    """What users need of their model."""

    engine: Engine
    agent_class: type[User]
    random: Any
    n_users: int

    def user(self, at: int) -> User:
        """The user of a row of the engine."""

    def keep(self, user: User) -> None:
        """Hold a user who has attributes of its own."""


class Column:
    """An attribute of users that is a column of the engine; `write` is given for those that can be set."""

    def __init__(self, read: Callable[[Any, Any], Any], write: Callable[[Any, Any, Any], None] | None = None):
        self.read, self.write = read, write
        self.__doc__ = read.__doc__

    @classmethod
    def of_rule(cls, name: str) -> Column:
        """A column of a rule, `RULE.column`."""
        column = cls(lambda engine, at: engine.rulings.columns[name][at])
        column.name = name
        return column

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, user: User | None, owner: type) -> Any:
        if user is None:
            return self
        return columns.plain(self.read(user.model.engine, user._at))

    def __set__(self, user: User, value: object) -> None:
        self.set(user.model, np.array([user._at]), value)

    def set(self, model: Model, at: np.ndarray, value: object) -> None:
        """Write a value, or one for each of some rows of the engine."""
        if self.write is None:
            can = [name for name, column in vars(User).items() if isinstance(column, Column) and column.write]
            raise AttributeError(f"a user's '{self.name}' follows from the run; what can be set: {', '.join(can)}")
        self.write(model, at, value)


def _set_trust(model: Model, at: np.ndarray, value: Any) -> None:
    byhand.set_trust(model.engine, at, value)


def _set_follows(model: Model, at: np.ndarray, value: Any) -> None:
    byhand.set_follows(model.engine, at, value)


class User(Agent):
    """One user of a TrustModel, seen through a row of its arrays.

    trust        expressed trust, 0..1; setting it moves the earned stocks so that own and expressed trust become that
                 number, and is booked as "set by hand"
    own_trust, cognitive, affective    own trust and its two sides, 0..1
    wound, scar  recent and lasting loss, log units
    follows      follows the brand; can be set
    reached      met or heard of an act
    label        the name in the network;  community  its number;  row  the row in `results().users`

    The columns of rules are read by their names as in tables: getattr(user, "fear.afraid"), agents.get("fear.afraid").

    A subclass can have methods and defaults of its own: name it as `agent_class` of a subclass of TrustModel.
    """

    trust = Column(columns.trust, _set_trust)
    own_trust = Column(columns.own_trust)
    cognitive = Column(columns.cognitive)
    affective = Column(columns.affective)
    wound = Column(columns.wound)
    scar = Column(columns.scar)
    follows = Column(columns.follows, _set_follows)
    reached = Column(columns.reached)
    label = Column(columns.label)
    community = Column(columns.community)
    row = Column(columns.row)
    unique_id = Column(columns.unique_id)
    pos = None

    def __init__(self, model: Model, *_: object):
        raise RippleError("users are those of the network; find them in model.agents, and add some to the graph")

    @property
    def neighbors(self) -> Users:
        """Those the user listens to."""
        graph = self.model.engine.world.graph
        return Users(self.model, graph.heard[graph.start[self._at] : graph.start[self._at + 1]])

    @property
    def listeners(self) -> Users:
        """Those who listen to the user; the same as `neighbors` in a network of friendships."""
        graph = self.model.engine.world.graph
        return Users(self.model, graph.back[graph.back_start[self._at] : graph.back_start[self._at + 1]])

    def remove(self) -> None:
        """Users stay: the network and everyone's draws hang on them. Raises RippleError."""
        raise RippleError("a user cannot be removed from a model; leave it out of the graph")

    def __getattr__(self, name: str) -> Any:
        # only asked for what is not there otherwise; "fear.afraid" is the column of a rule
        if "." in name and name in self.model.engine.rulings.columns:
            return columns.plain(self.model.engine.rulings.columns[name][self._at])
        raise AttributeError(f"a user has no attribute '{name}'")

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        if name in self.__dict__:  # an attribute of one's own: the user must outlive this look
            self.model.keep(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, User) and other.model is self.model and other._at == self._at

    def __hash__(self) -> int:
        return hash(self._at)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.label}: trust {self.trust:.3f}>"


class Users(AgentSet):
    """Some users of a model, in an order: an AgentSet that holds rows of the engine, i8[k], in place of agents.

    random: what shuffles them, by default the model's.
    """

    def __init__(self, model: Model, at: np.ndarray, random: Any = None):
        self.model = model
        self.random = model.random if random is None else random
        self._at = np.asarray(at, dtype=np.int64)
        self._members: set[int] | None = None

    # --- as a set and as a sequence ---

    def __len__(self) -> int:
        return len(self._at)

    def __iter__(self) -> Iterator[User]:
        return map(self.model.user, self._at.tolist())

    def __contains__(self, agent: object) -> bool:
        if not isinstance(agent, User) or agent.model is not self.model:
            return False
        if self._members is None:
            self._members = set(self._at.tolist())
        return agent._at in self._members

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, slice):
            return list(map(self.model.user, self._at[item].tolist()))
        return self.model.user(int(self._at[item]))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Users):
            return self.model is other.model and set(self._at.tolist()) == set(other._at.tolist())
        return bool(super().__eq__(other))

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Users:
        return Users(self.model, self._at.copy(), self.random)

    def copy(self) -> Users:
        """A set of its own with the same users."""
        return self.__copy__()

    def to_list(self) -> list[User]:
        """The users as a list."""
        return list(self)

    def add(self, agent: User) -> None:
        """Add a user of the same model to this set."""
        if not isinstance(agent, User) or agent.model is not self.model:
            raise RippleError("a set of users holds users of its own model only")
        if agent not in self:
            self._take(np.append(self._at, agent._at))

    def discard(self, agent: User) -> None:
        """Take a user out of this set, if it is in it."""
        if agent in self:
            self._take(self._at[self._at != agent._at])

    def remove(self, agent: User) -> None:
        """Take a user out of this set. Raises KeyError when it is not in it."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def _from_iterable(self, agents: Iterable[User]) -> Users:
        return Users(self.model, _rows(agents), self.random)

    def _update(self, agents: Iterable[User]) -> Users:
        return self._take(_rows(agents))

    def _take(self, at: np.ndarray) -> Users:
        self._at, self._members = at, None
        return self

    def _chosen(self, at: np.ndarray, inplace: bool) -> Users:
        return self._take(at) if inplace else Users(self.model, at, self.random)

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model, "random": self.random, "_at": self._at, "_members": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    # --- by attribute: whole columns ---

    def _column(self, name: str) -> Column | None:
        """The column behind an attribute; None for what each user has to be asked for."""
        found = getattr(self.model.agent_class, name, None)
        if isinstance(found, Column):
            return found
        return Column.of_rule(name) if name in self.model.engine.rulings.columns else None

    def array(self, name: str) -> np.ndarray:
        """An attribute of all users as an array of NumPy. Raises AttributeError for one that they do not have."""
        column = self._column(name)
        if column is not None:
            return np.asarray(column.read(self.model.engine, self._at))
        return np.array([self._own(user, name) for user in self])

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> list[Any]:
        """An attribute of all users, as Mesa gives it; several names give a list for each user."""
        if handle_missing not in ("error", "default"):
            raise ValueError(f"Unknown handle_missing option: {handle_missing}, should be one of 'error' or 'default'")
        if not isinstance(attr_names, str):
            each = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(values) for values in zip(*each, strict=True)]
        column = self._column(attr_names)
        if column is not None:
            return columns.plain(column.read(self.model.engine, self._at))
        if handle_missing == "default":
            return [getattr(user, attr_names, default_value) for user in self]
        return [self._own(user, attr_names) for user in self]

    @staticmethod
    def _own(user: User, name: str) -> Any:
        try:
            return getattr(user, name)
        except AttributeError:
            known = [word for word in dir(user) if not word.startswith("_")]
            raise AttributeError(f"user {user.label} has no attribute '{name}'{did_you_mean(name, known)}") from None

    def set(self, attr_name: str, value: Any) -> Users:
        """Set an attribute of all users to a value; for one that is a column also to an array, one for each user."""
        column = self._column(attr_name)
        if column is not None:
            column.set(self.model, self._at, value)
            return self
        for user in self:
            setattr(user, attr_name, value)
        return self

    def agg(self, attribute: str, func: Callable | Iterable[Callable]) -> Any:
        """A function, or several, of the values of an attribute; NumPy's own get an array of float64."""
        column = self._column(attribute)
        functions = [func] if callable(func) else list(func)
        values: list[Any] | None = None
        out = []
        for one in functions:
            if column is not None and _of_numpy(one):
                array = np.asarray(column.read(self.model.engine, self._at))
                out.append(one(array.astype(np.float64) if array.dtype == np.float32 else array))
            else:
                values = self.get(attribute) if values is None else values
                out.append(one(values))
        return out[0] if callable(func) else out

    def sort(self, key: Callable[[User], Any] | str, ascending: bool = False, inplace: bool = False) -> Users:
        """The users in the order of an attribute or of what a function says; by default the highest first."""
        values = self.get(key) if isinstance(key, str) else [key(user) for user in self]
        order = sorted(range(len(values)), key=values.__getitem__, reverse=not ascending)
        return self._chosen(self._at[order], inplace)

    def groupby(self, by: Callable[[User], Any] | str, result_type: str = "agentset") -> Groups:
        """The users by the value of an attribute, or of a function; groups in the order in which they come up."""
        values = self.get(by) if isinstance(by, str) else [by(user) for user in self]
        places: dict[Any, list[int]] = {}
        for place, value in enumerate(values):
            places.setdefault(value, []).append(place)
        sets = {value: Users(self.model, self._at[chosen], self.random) for value, chosen in places.items()}
        return Groups(sets if result_type == "agentset" else {value: list(users) for value, users in sets.items()})

    # --- by function: agents one by one ---

    def select(
        self,
        filter_func: Callable[[User], bool] | np.ndarray | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type[Agent] | None = None,
    ) -> Users:
        """Those for whom a function is true, or the places of an array of yes and no, `array("trust") < 0.3`.

        at_most: a number, or a share as a float up to 1; the first ones are taken.
        """
        limit = int(len(self) * at_most) if isinstance(at_most, float) and at_most <= _FEW else at_most
        at = self._at if agent_type is None or issubclass(self.model.agent_class, agent_type) else self._at[:0]
        if isinstance(filter_func, np.ndarray):
            if filter_func.dtype != bool or filter_func.shape != self._at.shape:
                raise RippleError(f"select: give yes or no for each of the {len(self):,} users of this set")
            at = at[filter_func] if len(at) else at
        elif filter_func is not None:
            at = np.array(list(self._true_for(filter_func, at, limit)), dtype=np.int64)
        return self._chosen(at[: int(min(limit, len(at)))].copy(), inplace)

    def _true_for(self, wanted: Callable[[User], bool], at: np.ndarray, limit: float) -> Iterator[int]:
        found = 0
        for one in at.tolist():
            if found >= limit:
                return
            if wanted(self.model.user(one)):
                found += 1
                yield one

    def shuffle(self, inplace: bool = False) -> Users:
        """The users in a random order of the model's `random`."""
        return self._chosen(self._shuffled(), inplace)

    def _shuffled(self) -> np.ndarray:
        at = self._at.tolist()
        self.random.shuffle(at)
        return np.array(at, dtype=np.int64)

    def do(self, method: str | Callable, *args: Any, **kwargs: Any) -> Users:
        """Call a method, by its name, or a function on each user."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable, *args: Any, **kwargs: Any) -> Users:
        """As `do`, in a random order of the model's `random`."""
        Users(self.model, self._shuffled(), self.random).map(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable, *args: Any, **kwargs: Any) -> list[Any]:
        """As `do`, and what each call returned."""
        if isinstance(method, str):
            return [getattr(user, method)(*args, **kwargs) for user in self]
        return [method(user, *args, **kwargs) for user in self]

    def __repr__(self) -> str:
        return f"<Users: {len(self):,} of {self.model.n_users:,}>"


class Groups(GroupBy):
    """The groups of `Users.groupby`; an attribute is aggregated over whole columns."""

    def agg(self, attr_name: str, func: Callable) -> dict[Any, Any]:
        """A function of the values of an attribute, for each group."""
        return {
            name: group.agg(attr_name, func)
            if isinstance(group, Users)
            else func([getattr(u, attr_name) for u in group])
            for name, group in self.groups.items()
        }


def _of_numpy(function: Callable) -> bool:
    return isinstance(function, np.ufunc) or str(getattr(function, "__module__", "")).split(".")[0] == "numpy"


def _rows(agents: Iterable[User]) -> np.ndarray:
    return np.array(list(dict.fromkeys(agent._at for agent in agents)), dtype=np.int64)
