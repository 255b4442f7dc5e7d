"""What a rule of one's own sees, draws and may change: the arguments of `Rule.step`.

world   the users as arrays, one place for each in the order of `world.labels`; read-only but for its own columns
draws   random numbers named by the run's seed, the rule, a purpose, the user and an event: the same in every arm
books   the only ways to change users, each booked under `rule NAME`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compiled import compiled
from sim.dynamics import byhand
from sim.dynamics import state as s
from sim.dynamics.byhand import mean_heard
from sim.dynamics.state import BLOCK, BLOCK_SIZE
from sim.dynamics.talk import S_AFFECTIVE, S_COGNITIVE, S_OWN, S_SCAR, S_WOUND, own_trust_block
from sim.dynamics.trust import fades_at
from sim.errors import RippleError, did_you_mean
from sim.world import draws as drawn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from sim.dynamics.engine import Engine
    from sim.scenario.parameters import Numbers

_SIDES = ("own", "cognitive", "affective", "wound", "scar")
_ACT_SHIFT = np.uint64(32)


class View:
    """The users as a rule sees them: arrays over rows, trust and shares 0..1, wounds and scars in log units.

    trust         f4[n]  expressed trust, as talk left it; what the rule itself sets is seen at once
    own, cognitive, affective  f4[n]  own trust and its two sides, now
    wound, scar   f4[n]  mean of the two sides, now
    follows, reached  bool[n]  follows the brand; met or heard of an act outside the calendar
    labels        [n]  what users are called; `row(label)` finds one
    listens_to, listeners  i8[n]  how many ties lead to others, and how many from others
    start, heard, tie_weight  user i listens to heard[start[i]:start[i+1]] with these weights (f4[0]: equal ones)
    community     i8[n], or None when the network has none
    numbers       every parameter of the model by its name;  baseline: the trust the brand starts from

    Columns of the rule itself are attributes too, f8[n], to be written in place.
    """

    n_users: int
    _engine: Engine
    _own: Mapping[str, np.ndarray]
    _others: Mapping[str, np.ndarray]
    _now: dict[str, np.ndarray]  # what was computed for this moment

    def __init__(self, engine: Engine, own: Mapping[str, np.ndarray], others: Mapping[str, np.ndarray]):
        set_it = super().__setattr__
        set_it("_engine", engine)
        set_it("_own", own)
        set_it("_others", others)
        set_it("_now", {})
        set_it("n_users", engine.n)

    @property
    def trust(self) -> np.ndarray:
        return _sealed(self._engine.expressed_trust())

    @property
    def own(self) -> np.ndarray:
        return self._sides("own")

    @property
    def cognitive(self) -> np.ndarray:
        return self._sides("cognitive")

    @property
    def affective(self) -> np.ndarray:
        return self._sides("affective")

    @property
    def wound(self) -> np.ndarray:
        return self._sides("wound")

    @property
    def scar(self) -> np.ndarray:
        return self._sides("scar")

    @property
    def follows(self) -> np.ndarray:
        return _sealed((self._engine.flags[: self.n_users] & s.FOLLOWS) != 0)

    @property
    def reached(self) -> np.ndarray:
        return _sealed((self._engine.flags[: self.n_users] & s.REACHED) != 0)

    @property
    def labels(self) -> np.ndarray:
        world = self._engine.world
        return _sealed(world.order if world.graph.labels is None else world.graph.labels)

    @property
    def listens_to(self) -> np.ndarray:
        return _sealed(np.diff(self._engine.world.graph.start))

    @property
    def listeners(self) -> np.ndarray:
        return _sealed(np.diff(self._engine.world.graph.back_start))

    @property
    def start(self) -> np.ndarray:
        return _sealed(self._engine.world.graph.start)

    @property
    def heard(self) -> np.ndarray:
        return _sealed(self._engine.world.graph.heard)

    @property
    def tie_weight(self) -> np.ndarray:
        return _sealed(self._engine.ties.weight)

    @property
    def community(self) -> np.ndarray | None:
        community = self._engine.world.graph.community
        return None if community is None else _sealed(community)

    @property
    def numbers(self) -> Numbers:
        return self._engine.setup.numbers

    @property
    def baseline(self) -> float:
        return self._engine.setup.trust

    def row(self, label: str | int) -> int:
        """The place of a user by label. Raises RippleError with the nearest one."""
        return self._engine.world.row(label)

    def column(self, name: str) -> np.ndarray:
        """A column of another rule by its full name, `fear.afraid`, read-only. Raises RippleError."""
        if name not in self._others:
            known = ", ".join(self._others) or "none"
            raise RippleError(f"there is no column '{name}'{did_you_mean(name, self._others)} (there are {known})")
        return _sealed(self._others[name])

    def mean_of_heard(self, values: ArrayLike) -> np.ndarray:
        """The mean of some values (one for each user) over those a user listens to, f8[n]; 0 for who hears nobody."""
        given = np.asarray(values, dtype=np.float64)
        if given.shape != (self.n_users,):
            raise RippleError(f"mean_of_heard: values of shape {given.shape} do not fit {self.n_users:,} users")
        out = np.empty(self.n_users)
        means_of_heard(np.ascontiguousarray(given), self._engine.ties, out)
        return out

    def met(self, act: str) -> np.ndarray:
        """Who met an act, by its id, bool[n]; nobody before it is out. For acts that cost trust, and for responses.

        Repetitions count as one act. Raises RippleError for an act that no arm of the scenario has.
        """
        return self._encountered(act, s.MET)

    def heard_of(self, act: str) -> np.ndarray:
        """Who heard of an act from others, as `met`."""
        return self._encountered(act, s.HEARD)

    def _encountered(self, act: str, how: np.uint8) -> np.ndarray:
        engine = self._engine
        numbers = [number for name, number in engine.row_of.items() if act in (name, name.split(" #")[0])]
        if not numbers:
            known = {*engine.setup.acts_of_any_arm, *(one.id for one in engine.setup.acts)}
            if act not in known and act not in {name.split(" #")[0] for name in known}:
                words = did_you_mean(act, known) or f" (there are {', '.join(sorted(known))})"
                raise RippleError(f"there is no act '{act}'{words}")
        out = np.zeros(self.n_users, dtype=bool)
        for number in numbers:
            a = engine.acts[number]
            if a["sign"] > 0:
                words = "only of acts that cost trust, and of responses"
                raise RippleError(f"who met '{act}' is not kept, for it earns trust; {words}")
            if a["sign"] == 0 and how == s.MET:
                bits = np.unpackbits(engine.live.answered[a["slot"]], bitorder="little")
                out |= bits[: self.n_users].astype(bool)
            elif a["sign"] < 0:
                encountered(engine.met, number, how, out)
        return out

    def _sides(self, name: str) -> np.ndarray:
        if not self._now:
            engine = self._engine
            fades = fades_at(engine.now, engine.clock[s.CLOCK_BASE], engine.times)
            out = np.empty((len(_SIDES), len(engine.flags)), np.float32)
            sides_now(engine.columns, fades, engine.crew.benches[0].scratch, out)
            self._now.update({side: _sealed(out[k, : self.n_users]) for k, side in enumerate(_SIDES)})
        return self._now[name]

    def __getattr__(self, name: str) -> np.ndarray:
        own = self.__dict__.get("_own", {})
        if name in own:
            return own[name]
        known = [*own, *(word for word in dir(type(self)) if not word.startswith("_"))]
        raise AttributeError(f"the world has no '{name}'{did_you_mean(name, known)}")

    def __setattr__(self, name: str, values: Any) -> None:
        if name not in self._own:
            raise RippleError(f"world.{name} cannot be set; users are changed by books, as in books.set_trust(...)")
        if values is not self._own[name]:  # world.afraid *= .5 has written in place already
            try:
                self._own[name][:] = values
            except (TypeError, ValueError):
                shape = np.shape(values)
                words = f"values of shape {shape} do not fit {self.n_users:,} users"
                raise RippleError(f"world.{name}: {words}") from None


class RuleDraws:
    """Random numbers of one rule, over all users or over some (`users`: rows or a mask).

    purpose names what they are for; event counts what happens again and again, by default the number of the running
    step, so that every step draws anew. The same name gives the same number in every arm and on any number of threads.
    """

    def __init__(self, engine: Engine, name: str):
        self._engine, self._name = engine, name
        self._step = 0

    def uniform(self, purpose: str, event: int | None = None, users: ArrayLike | None = None) -> np.ndarray:
        """Uniform in (0, 1), f8."""
        key, who, number = self._named(purpose, event, users)
        out = np.empty(len(who))
        fill_uniform(key, who, np.uint64(number), out)
        return out

    def exponential(self, purpose: str, event: int | None = None, users: ArrayLike | None = None) -> np.ndarray:
        """Unit exponentials, f8."""
        return drawn.exponentials(*self._named(purpose, event, users))

    def normal(self, purpose: str, event: int | None = None, users: ArrayLike | None = None) -> np.ndarray:
        """Standard normals, f8."""
        return drawn.normals(*self._named(purpose, event, users))

    def _named(self, purpose: str, event: int | None, users: ArrayLike | None) -> tuple[np.uint64, np.ndarray, int]:
        if not isinstance(purpose, str):
            raise RippleError(f"draws: the purpose is a word, not {purpose!r}")
        number = self._step if event is None else event
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or number < 0:
            raise RippleError(f"draws: the event is a whole number of 0 or more, not {event!r}")
        who = self._engine.world.people.who
        if users is not None:
            who = who[byhand.rows_of(self._engine, users)]
        return drawn.stream(self._engine.setup.events_seed, f"rule {self._name}/{purpose}"), who, int(number)


def _sealed(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view


# --- compiled loops ---------------------------------------------------------------------------------------------------


@compiled
def means_of_heard(values, ties, out):
    """Mean of values f8[n] over those each user hears, f8[n]; 0 for a user who hears nobody."""
    for i in range(out.size):
        out[i] = mean_heard(i, values, ties)


@compiled
def encountered(met, act, how, out):
    """Mark in out bool[n] who has an encounter with an act in a state (MET, HEARD)."""
    for place in range(met.size):
        key = met[place].key
        if key != np.uint64(0) and np.int64(key >> _ACT_SHIFT) - 1 == act and met[place].state & how:
            out[np.int64(key & np.uint64(0xFFFFFFFF))] = True


@compiled
def sides_now(columns, fades, scratch, out):
    """Own trust, its two sides, and the mean wound and scar of both, out f4[5, padded(n)], in the order of _SIDES."""
    for block in range(columns.size // BLOCK_SIZE):
        own_trust_block(columns[block * BLOCK_SIZE : (block + 1) * BLOCK_SIZE], fades, scratch)
        for k in range(BLOCK):
            i = block * BLOCK + k
            out[0, i] = scratch[k + S_OWN]
            out[1, i] = scratch[k + S_COGNITIVE]
            out[2, i] = scratch[k + S_AFFECTIVE]
            out[3, i] = np.float32(0.5) * scratch[k + S_WOUND]
            out[4, i] = np.float32(0.5) * scratch[k + S_SCAR]


@compiled
def fill_uniform(key, who, event, out):
    """As `draws.uniforms`, without arrays in between."""
    for k in range(out.size):
        out[k] = drawn.uniform(key, who[k], event)
