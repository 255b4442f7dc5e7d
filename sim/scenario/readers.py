"""How the values of a scenario file are read: words and quantities in, names and plain numbers out.

Every reader raises ValueError with words that follow `path: `; those of quantities are in `sim.units`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from sim import units
from sim.errors import did_you_mean
from sim.scenario.acts import WAITS_FOR, When
from sim.scenario.parameters import PARAMETERS, Parameter, why_refused
from sim.scenario.parts import PROCESSES, RuleEntry
from sim.scenario.tracker import Tracker, written_tracker

GROUPS = ("everyone", "followers", "prospects", "employees")
CHOOSERS = ("hubs", "community", "channel", "role", "users")
HORIZON = "horizon"  # `until` the end
DRAWN = "drawn"  # virality like that of a user's post
NEVER = "never"
AUTO = "auto"
ALL = "all"  # channels: no split
USUAL = "usual"  # rate of a hazard
SECTOR = "sector"  # trust of the sector


class Named(str):
    """The name of a parameter in the place of a number: `reach: reach_news` follows the parameter."""


def text(value: object) -> str:
    """Words."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"{units.shown(value)} is not a text")


def name(value: object) -> str:
    """A name that can stand in a path: letters, digits, - and _, a letter first."""
    word = text(value)
    if re.fullmatch(r"[^\W\d_][\w-]{0,59}", word):
        return word
    raise ValueError(f"{units.shown(value)} is not a name; use letters, digits, - and _, a letter first, 60 at most")


def texts(value: object) -> list[str]:
    """One text or a list of them."""
    if isinstance(value, str):
        return [text(value)]
    if not isinstance(value, list):
        raise ValueError(f"{units.shown(value)} is not a list of texts")
    return [text(item) for item in value]


def one_of(words: tuple[str, ...], value: object) -> str:
    """One of a few words."""
    word = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    if isinstance(word, str) and word.strip() in words:
        return word.strip()
    raise ValueError(f"{units.shown(value)} is not one of {', '.join(words)}{did_you_mean(str(word), words)}")


def some_of(words: tuple[str, ...], value: object) -> list[str]:
    """Some of a few words, in their own order."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not given:
        raise ValueError(f"name at least one of {', '.join(words)}")
    chosen = [one_of(words, item) for item in given]
    return [word for word in words if word in chosen]


def or_named(reader: Callable[[object], float], unit: str, value: object) -> float | Named:
    """What the reader reads, or the name of a parameter of that unit."""
    if isinstance(value, str) and value in PARAMETERS and PARAMETERS[value].unit == unit:
        return Named(value)
    return reader(value)


def positive(reader: Callable[[object], float], value: object) -> float:
    """What the reader reads, above 0."""
    result = reader(value)
    if result > 0:
        return result
    raise ValueError(f"{units.shown(value)} is not above 0")


def parameter(p: Parameter, value: object) -> float:
    """A value of a parameter, in words of its unit."""
    result = _PARAMETER_READERS.get(p.unit, units.number)(value)
    problem = why_refused(p.name, result)
    if problem:
        raise ValueError(problem)
    return result


_PARAMETER_READERS: Mapping[str, Callable[[object], float]] = MappingProxyType(
    {"h": units.hours, "1/h": units.rate, "share": units.share, "trust": units.trust, "agents": units.count}
)


def magnitude(value: object) -> float:
    """The size of an act; data_misuse, the size of Facebook / Cambridge Analytica, has 1."""
    size = units.number(value)
    if abs(size) > 5:
        raise ValueError(
            f"{units.shown(value)} is too large for a magnitude; 1 is the size of Cambridge Analytica, 5 the most"
        )
    return size


def virality(value: object) -> float | str:
    """A reproduction number, or `drawn`."""
    if value == DRAWN:
        return DRAWN
    try:
        size = units.amount(value)
    except ValueError:
        raise ValueError(f"{units.shown(value)} is not a virality; write a number like 1.2, or drawn") from None
    if size > 100:
        raise ValueError(
            f"{units.shown(value)} is too large for a virality (re-shares caused by one share); 100 is the most"
        )
    return size


def brand_trust(value: object) -> float | str | Tracker:
    """Trust, the name of a parameter, `sector`: that of the brand's sector, or a mapping that names a tracker."""
    if isinstance(value, dict):
        return written_tracker(value)
    return SECTOR if value == SECTOR else or_named(units.trust, "trust", value)


def tracker(value: object) -> Tracker:
    """A tracker: a mapping that names its file."""
    if isinstance(value, dict):
        return written_tracker(value)
    raise ValueError(f"{units.shown(value)} is not a tracker; write {{file: tracker.csv}}")


def followers(value: object) -> float:
    """A share, or a count of people above 1."""
    try:
        return units.share(value)
    except ValueError as problem:
        try:
            people = units.amount(value)
        except ValueError:
            raise problem from None
        if people <= 100 and not re.search("[a-zA-Z]", str(value)):  # 30 is more likely 30 % than thirty people
            raise
        return people


def audience(value: object) -> Mapping[str, object]:
    """A group by its name, or {hubs: share}, {community: number}, {channel: name}, {users: [labels]}."""
    if isinstance(value, str):
        if value in GROUPS:
            return MappingProxyType({"kind": value})
        raise ValueError(f"'{value}' is not an audience{did_you_mean(value, GROUPS + CHOOSERS)}{_AUDIENCES}")
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(f"{units.shown(value)} is not an audience{_AUDIENCES}")
    [(kind, what)] = value.items()
    if kind == "hubs":
        return MappingProxyType({"kind": kind, "share": units.share(what)})
    if kind == "community":
        return MappingProxyType({"kind": kind, "number": units.count(what)})
    if kind == "channel":
        return MappingProxyType({"kind": kind, "name": name(what)})
    if kind == "role":
        return MappingProxyType({"kind": kind, "name": text(what)})
    if kind == "users":
        labels = tuple(texts(what))
        if not labels:
            raise ValueError("users: name at least one label")
        return MappingProxyType({"kind": kind, "labels": labels})
    raise ValueError(f"'{kind}' is not an audience{did_you_mean(kind, CHOOSERS)}{_AUDIENCES}")


_AUDIENCES = (
    f"; write {', '.join(GROUPS)}, {{hubs: 1 %}}, {{community: 2}}, {{channel: news}}, {{role: journalist}} or "
    "{users: [label, ...]}"
)


def found(value: object) -> tuple[str, object]:
    """When a hidden act is found out, as ("never", None), ("at", moment), ("after", hours) or ("mean", hours)."""
    if value == NEVER:
        return NEVER, None
    if isinstance(value, dict):
        if len(value) == 1 and "after" in value:
            return "after", units.hours(value["after"])
        if len(value) == 1 and "mean" in value:
            return "mean", or_named(partial(positive, units.hours), "h", value["mean"])
        raise ValueError("write {after: 5 d} for a time after the act, or {mean: 30 d} to leave it to chance")
    return "at", units.moment(value)


def condition(value: object) -> When:
    """What a conditional act waits for: {public: id}, {trust_fell: trust}, {heard: {of: id, by: share}}, {queue: 20}."""
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(f"{units.shown(value)} is not a condition{_CONDITIONS}")
    [(kind, what)] = value.items()
    if kind == "public":
        return When(kind, of=text(what))
    if kind == "trust_fell":
        return When(kind, by=positive(units.trust, what))
    if kind == "queue":
        return When(kind, by=positive(units.count, what))
    if kind == "heard":
        if not isinstance(what, dict) or set(what) != {"of", "by"}:
            raise ValueError("heard: write {of: breach, by: 10 %}, or a number of users")
        part = re.search(r"%|percent|^0?\.\d", str(what["by"])) is not None
        return When(kind, text(what["of"]), positive(units.share if part else units.count, what["by"]), part)
    raise ValueError(f"'{kind}' is not a condition{did_you_mean(str(kind), WAITS_FOR)}{_CONDITIONS}")


_CONDITIONS = "; write {public: breach}, {trust_fell: 3 points}, {heard: {of: breach, by: 10 %}} or {queue: 20}"


def channels(value: object) -> int | str:
    """A number of channels, or `all`: posts reach all followers."""
    if value == ALL:
        return ALL
    number = units.count(value)
    if not 1 <= number <= 20:
        raise ValueError(f"{number} is not a number of channels; write 1 to 20, or all")
    return number


def hazards(value: object) -> object:
    """Hazards as a mapping of kinds to rates; a list of kinds has the usual ones."""
    return {str(kind): USUAL for kind in texts(value)} if isinstance(value, (list, str)) else value


def hazard_rate(value: object) -> float | str:
    """A rate, the name of a parameter, or `usual`: that of the kind."""
    return USUAL if value == USUAL else or_named(units.rate, "1/h", value)


def file_alone(value: object) -> object:
    """A table: a mapping, or its file alone."""
    return {"file": value} if isinstance(value, str) else value


def quantiles(value: object) -> list[float]:
    """Times in hours at even shares from 0 to 1: two or more, none before the one in front of it."""
    times = [units.number(one) for one in value] if isinstance(value, list) else []
    if len(times) < 2 or times != sorted(times) or times[0] < 0:
        raise ValueError("write two or more numbers of hours, from the shortest to the longest")
    return times


def processes(value: object) -> list[str]:
    """Processes to leave out, in their own order; none will do."""
    return [] if value == [] else some_of(PROCESSES, value)


def until(value: object) -> object:
    """A moment, or `horizon`."""
    return HORIZON if value == HORIZON else units.moment(value)


def talk_step(value: object) -> float | str:
    """A time, or `auto`: chosen by the engine."""
    return AUTO if value == AUTO else positive(units.hours, value)


def horizon(value: object) -> float:
    """How long a run lasts."""
    length = positive(units.hours, value)
    if length > 20 * units.YEAR:
        raise ValueError(f"{units.shown(value)} is longer than 20 y")
    return length


def tick(value: object) -> float:
    """The length of a tick."""
    length = units.hours(value)
    if not 0.25 <= length <= 4:
        raise ValueError(f"{units.shown(value)} is not a tick; it goes from 15 min to 4 h")
    return length


def whole(value: object) -> int:
    """A whole number, with its sign."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"{units.shown(value)} is not a whole number")


def arm(value: object) -> object:
    """An arm as a mapping; its list of acts alone will do."""
    return {"acts": value} if isinstance(value, list) else value


def rule(value: object) -> RuleEntry:
    """A rule of one's own: `module:Class`, or a mapping with `code`, perhaps a `name`, and values of its parameters."""
    given = {"code": value} if isinstance(value, str) else value
    if not isinstance(given, dict) or "code" not in given:
        raise ValueError(f"{units.shown(value)} is not a rule{_RULES}")
    code = text(given["code"])
    if not _CODE.fullmatch(code):
        raise ValueError(f"'{code}' does not say where a rule is{_RULES}")
    called = name(given["name"]) if "name" in given else rule_name(code)
    values = {}
    for key, number in given.items():
        if key not in ("code", "name"):
            try:
                values[str(key)] = units.number(number)
            except ValueError as problem:
                raise ValueError(f"{key}: {problem}") from None
    return RuleEntry(called, code, MappingProxyType(values))


def rule_name(code: str) -> str:
    """What a rule is called that has no name of its own: `mypackage.rules:ContagionFear` -> contagion_fear."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.split(r"[:.]", code)[-1]).lower()


_RULES = "; write module:Class, as in mypackage.rules:Fear, or {code: mypackage.rules:Fear, strength: 0.5}"
_CODE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.([^\W\d]\w*|<locals>))*")
