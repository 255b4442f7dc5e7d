"""A rule of one's own: a class that sees the users at one step of every tick, and changes them through the books.

    class Fear(sim.Rule):
        after = "stories"
        columns = {"afraid": 0.0}
        parameters = {"strength": (0.1, 0.0, 0.5)}

        def step(self, world, now, dt, draws, books):
            ...

    sim.run("data-breach", rules=[Fear(strength=0.2)])

What the arguments of `step` offer is in `rule_view` and `rule_books`; when it is called and what is checked is in `rulings`.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from sim.dynamics.tick import STEPS
from sim.errors import RippleError, did_you_mean

if TYPE_CHECKING:
    from sim.dynamics.rule_books import Books
    from sim.dynamics.rule_view import RuleDraws, View

_NAME = re.compile(r"[^\W\d_][\w-]{0,59}")
_OURS = ("name", "after", "columns", "parameters", "start", "step", "code", "values", "ranges", "with_values")


class Rule:
    """Something of your own that happens once in every step of talk. Make a subclass; its objects may keep state.

    name        what it is called in books, tables and changes; else the class's name: ContagionFear -> contagion_fear
    after       the step of the tick it follows: one of time, brand, exposure, stories, complaints, talk, membership
    columns     columns over users of its own with their first value; saved as `NAME.column`, their means in the series
    parameters  names with their default, or (default, lowest plausible, highest plausible); attributes of the rule,
                changed with Fear(strength=.2) or changes={"rules.fear.strength": .2}

    Every run works on a copy of its own, so nothing that a rule remembers leaks from one run into another.
    """

    name: str = ""
    after: str = "talk"
    columns: ClassVar[Mapping[str, float]] = MappingProxyType({})
    parameters: ClassVar[Mapping[str, float | tuple[float, float, float]]] = MappingProxyType({})

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not cls.__dict__.get("name"):
            cls.name = _snake(cls.__name__)

    def __new__(cls, *_: object, **__: object) -> Rule:
        rule = super().__new__(cls)
        for key, (default, _low, _high) in ranges_of(cls).items():
            setattr(rule, key, default)
        return rule

    def __init__(self, **values: float):
        self._take(values)

    def start(self, world: View, draws: RuleDraws) -> None:
        """Called once before time 0: fill columns of its own here where one first value for all is not enough."""

    def step(self, world: View, now: float, dt: float, draws: RuleDraws, books: Books) -> None:
        """Called once per step of talk, at time `now` (h) for the `dt` hours before it."""
        raise NotImplementedError

    # --- for those who run rules ---

    @property
    def values(self) -> dict[str, float]:
        """The parameters with their values now."""
        return {key: float(getattr(self, key)) for key in ranges_of(type(self))}

    @property
    def code(self) -> str:
        """Where the class is: `module:Class`."""
        return f"{type(self).__module__}:{type(self).__qualname__}"

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """The plausible range of each parameter, for sweeps; (default, default) where none is given."""
        return {key: (low, high) for key, (_, low, high) in ranges_of(type(self)).items()}

    def with_values(self, values: Mapping[str, float]) -> Rule:
        """A fresh copy with other values for some parameters. Raises RippleError for unknown ones."""
        try:
            fresh = copy.deepcopy(self)
        except Exception as problem:
            raise RippleError(f"the rule '{self.name}' cannot be copied for a run: {problem}") from problem
        fresh._take(values)
        return fresh

    def _take(self, values: Mapping[str, float]) -> None:
        known = ranges_of(type(self))
        for key, value in values.items():
            if key not in known:
                near = did_you_mean(key, known)
                words = f" (it has {', '.join(known)})" if known else " (it has none)"
                raise RippleError(f"rules.{self.name}.{key}: the rule has no parameter '{key}'{near}{words}")
            setattr(self, key, _number(value, f"rules.{self.name}.{key}"))


def ranges_of(cls: type[Rule]) -> dict[str, tuple[float, float, float]]:
    """Default, lowest and highest plausible value of each parameter. Raises RippleError for what is none."""
    found = {}
    for key, given in _mapping(cls, "parameters").items():
        where = f"the rule '{cls.name}': parameters.{key}"
        if key in _OURS or key.startswith("_") or not str(key).isidentifier():
            raise RippleError(f"{where}: '{key}' cannot be the name of a parameter; choose another")
        parts = given if isinstance(given, tuple) else (given, given, given)
        if len(parts) != 3:
            raise RippleError(f"{where}: write a default, or (default, lowest, highest)")
        default, low, high = (_number(part, where) for part in parts)
        if not low <= default <= high:
            raise RippleError(f"{where}: the default {default:g} does not lie from {low:g} to {high:g}")
        found[str(key)] = (default, low, high)
    return found


def checked(rules: Iterable[object]) -> tuple[Rule, ...]:
    """Rules that can run together: objects of subclasses of Rule (a class stands for an object with its defaults).

    Raises RippleError naming the rule for an unknown step, a name or column that cannot be, or a name given twice.
    """
    if isinstance(rules, (str, bytes)) or not isinstance(rules, Iterable):
        raise RippleError(f"rules: {rules!r} is not a list of rules; write rules=[Fear()]")
    found: dict[str, Rule] = {}
    for given in rules:
        rule = _made(given) if isinstance(given, type) else given
        if not isinstance(rule, Rule):
            raise RippleError(f"rules: {given!r} is not a rule; give objects of a class made from sim.Rule, as Fear()")
        _check(rule)
        if rule.name in found:
            raise RippleError(f"rules: two rules are called '{rule.name}'; give one of them another `name`")
        found[rule.name] = rule
    return tuple(found.values())


def _made(cls: type) -> object:
    try:
        return cls()
    except RippleError:
        raise
    except Exception as problem:
        raise RippleError(f"rules: {cls.__name__}() cannot be made: {problem}") from problem


def _check(rule: Rule) -> None:
    if not isinstance(rule.name, str) or not _NAME.fullmatch(rule.name):
        raise RippleError(f"rules: {rule.name!r} cannot be the name of a rule; use letters, digits, - and _")
    where = f"the rule '{rule.name}'"
    if rule.after not in STEPS:
        near = did_you_mean(rule.after, STEPS)
        raise RippleError(f"{where}: after: '{rule.after}' is no step of the tick{near} ({', '.join(STEPS)})")
    if type(rule).step is Rule.step:
        raise RippleError(f"{where} has no `step`; write def step(self, world, now, dt, draws, books)")
    for key, value in rule.values.items():
        _number(value, f"{where}: {key}")
    for column, first in _mapping(type(rule), "columns").items():
        if not isinstance(column, str) or not column.isidentifier() or column.startswith("_"):
            raise RippleError(f"{where}: {column!r} cannot be the name of a column; use letters, digits and _")
        _number(first, f"{where}: columns.{column}")


def _mapping(cls: type[Rule], which: str) -> Mapping[str, object]:
    given = getattr(cls, which)
    if not isinstance(given, Mapping):
        raise RippleError(f"the rule '{cls.name}': {which} is {given!r}; write {{name: number}}")
    return given


def _number(value: object, where: str) -> float:
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise RippleError(f"{where}: {value!r} is not a number")
    return float(value)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
