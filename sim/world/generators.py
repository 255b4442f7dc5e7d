"""Networks made under a seed: one registry of kinds, each with its options, their ranges and what they mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.errors import RippleError, did_you_mean
from sim.world import build, makers
from sim.world.frozen import MOST_USERS, Graph
from sim.world.memory import require_memory

KIND = "powerlaw_cluster"
USERS = 2000
Values = Mapping[str, float]


@dataclass(frozen=True)
class Option:
    """One option of a generator: its default, its range (both ends allowed), and what it means in one sentence.

    A default that is an int says that the option is a whole number.
    """

    default: float
    lowest: float
    highest: float
    meaning: str
    even: bool = False

    @property
    def whole(self) -> bool:
        return isinstance(self.default, int)

    def mistake(self, value: object) -> str | None:
        """What is wrong with a value; None when nothing is."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return f"{value!r} is not a number"
        if self.whole and value != int(value):
            return f"{value:g} is not a whole number"
        if not self.lowest <= value <= self.highest:
            return f"{value:,} is not between {self.lowest:,} and {self.highest:,}"
        if self.even and value % 2:
            return f"{value:,} is not an even number"
        return None


@dataclass(frozen=True)
class Generator:
    """One kind of network.

    make       (users, seed, **options) -> Graph, options as checked
    meaning    what such a network is like, one sentence;  source: where it comes from
    mean_ties  (users, options) -> expected number of ties
    conflict   (users, options) -> (option, what is wrong) where values that are right alone do not go together
    users      the default number of users;  most_users: the largest allowed
    """

    make: Callable[..., Graph]
    meaning: str
    source: str
    mean_ties: Callable[[int, Values], float]
    options: Mapping[str, Option] = field(default_factory=dict)
    conflict: Callable[[int, Values], tuple[str, str] | None] = lambda users, options: None
    users: int = USERS
    least_users: int = 1
    most_users: int = MOST_USERS


def _fewer_than_users(name: str) -> Callable[[int, Values], tuple[str, str] | None]:
    def conflict(users: int, options: Values) -> tuple[str, str] | None:
        if options[name] < users:
            return None
        return name, f"{options[name]:g} must be less than the number of users, {users:,}"

    return conflict


def _degree_too_large(users: int, options: Values) -> tuple[str, str] | None:
    if options["mean_degree"] <= users - 1:
        return None
    return "mean_degree", f"{options['mean_degree']:g} is more than the {users - 1:,} others that a user can be tied to"


def _groups_too_small(users: int, options: Values) -> tuple[str, str] | None:
    groups, degree, mixing = options["groups"], options["mean_degree"], options["mixing"]
    if groups > users:
        return "groups", f"{groups:,} groups need as many users; there are {users:,}"
    size, larger = divmod(users, int(groups))
    inside, outside = degree * (1 - mixing), degree * mixing
    others = users - (larger * (size + 1) ** 2 + (groups - larger) * size**2) / users  # outside one's group, on average
    if inside > size - 1:
        return "mean_degree", f"{inside:g} ties inside groups of {size:,} users are too many: mean_degree (1 - mixing)"
    if outside > others:
        return "mean_degree", f"{outside:g} ties out of groups of {size:,} users are too many: mean_degree mixing"
    return None


_TIES = Option(5, 1, 10_000, "How many ties each new user makes to earlier ones; less than the number of users.")
_DEGREE = Option(10.0, 0.0, 1e6, "The mean number of ties of a user.")

GENERATORS: dict[str, Generator] = {
    "powerlaw_cluster": Generator(
        make=makers.powerlaw_cluster,
        meaning="A few hubs and many triangles, as in friendship networks.",
        source="Holme & Kim 2002, doi:10.1103/PhysRevE.65.026107",
        mean_ties=lambda users, options: (users - options["ties"]) * options["ties"],
        options={
            "ties": _TIES,
            "triangles": Option(
                0.3, 0.0, 1.0, "How probably each further tie of a new user closes a triangle with the one before."
            ),
        },
        conflict=_fewer_than_users("ties"),
    ),
    "scale_free": Generator(
        make=makers.scale_free,
        meaning="A few hubs, hardly any triangles.",
        source="Barabasi & Albert 1999, doi:10.1126/science.286.5439.509",
        mean_ties=lambda users, options: (users - options["ties"]) * options["ties"],
        options={"ties": _TIES},
        conflict=_fewer_than_users("ties"),
    ),
    "small_world": Generator(
        make=makers.small_world,
        meaning="Everyone knows the next ones on a ring and a few far ones; no hubs.",
        source="Watts & Strogatz 1998, doi:10.1038/30918",
        mean_ties=lambda users, options: users * options["neighbors"] / 2,
        options={
            "neighbors": Option(10, 2, 1000, "How many of the nearest on the ring each user is tied to.", even=True),
            "rewire": Option(0.1, 0.0, 1.0, "How probably each of these ties goes to anyone instead."),
        },
        conflict=_fewer_than_users("neighbors"),
    ),
    "random": Generator(
        make=makers.random,
        meaning="Every pair is tied with the same probability; no hubs, no triangles to speak of.",
        source="Gilbert 1959, doi:10.1214/aoms/1177706098",
        mean_ties=lambda users, options: users * options["mean_degree"] / 2,
        options={"mean_degree": _DEGREE},
        conflict=_degree_too_large,
    ),
    "communities": Generator(
        make=makers.communities,
        meaning="Groups of equal size with many ties inside and few between; the groups are known.",
        source="Girvan & Newman 2002, doi:10.1073/pnas.122653799; Karrer & Newman 2011, doi:10.1103/PhysRevE.83.016107",
        mean_ties=lambda users, options: users * options["mean_degree"] / 2,
        options={
            "groups": Option(8, 2, 1_000_000, "How many communities there are."),
            "mean_degree": _DEGREE,
            "mixing": Option(0.1, 0.0, 1.0, "The share of ties that lead out of the own community."),
            "spread": Option(
                0.0, 0.0, 2.0, "How unequal users are: standard deviation of the logarithm of their expected ties."
            ),
        },
        conflict=_groups_too_small,
        least_users=2,
    ),
    "complete": Generator(
        make=makers.complete,
        meaning="Everyone is tied to everyone.",
        source="",
        mean_ties=lambda users, options: users * (users - 1) / 2,
        users=100,
    ),
    "karate": Generator(
        make=makers.karate,
        meaning="Zachary's karate club: 34 users, 78 ties, two known communities.",
        source="Zachary 1977, doi:10.1086/jar.33.4.3629752",
        mean_ties=lambda users, options: 78,
        users=makers.KARATE_USERS,
        least_users=makers.KARATE_USERS,
        most_users=makers.KARATE_USERS,
    ),
}


def mistakes(kind: str, users: object = None, options: Mapping[str, object] | None = None) -> list[tuple[str, str]]:
    """All that is wrong with a network asked for: (key, sentence); the key is `kind`, `users` or an option's name."""
    if kind not in GENERATORS:
        return [("kind", f"'{kind}' is not known{did_you_mean(kind, GENERATORS)} (known: {', '.join(GENERATORS)})")]
    generator, options = GENERATORS[kind], options or {}
    found = []
    count = generator.users if users is None else users
    wrong = Option(generator.users, generator.least_users, generator.most_users, "").mistake(count)
    if wrong and generator.least_users == generator.most_users:
        wrong = f"{kind} always has {generator.users} users"
    if wrong:
        found.append(("users", wrong))
    for name, value in options.items():
        if name not in generator.options:
            known = f" (known: {', '.join(generator.options)})" if generator.options else "; it has none"
            found.append((name, f"'{name}' is no option of {kind}{did_you_mean(name, generator.options)}{known}"))
            continue
        wrong = generator.options[name].mistake(value)
        if wrong:
            found.append((name, wrong))
    if not found:
        conflict = generator.conflict(int(count), _with_defaults(generator, options))  # type: ignore[call-overload]
        found += [conflict] if conflict else []
    return found


def _with_defaults(generator: Generator, options: Mapping[str, object]) -> dict[str, float]:
    values: dict[str, Any] = {name: options.get(name, option.default) for name, option in generator.options.items()}
    return {name: int(v) if generator.options[name].whole else float(v) for name, v in values.items()}


def generate(kind: str = KIND, *, users: int | None = None, seed: int = 0, **options: float) -> Graph:
    """A network of a kind of GENERATORS, made under a seed.

    users: how many (default 2,000, complete 100, karate 34); options: those of the kind, checked against their ranges.
    Raises RippleError naming every mistake, and when the network would not fit into the free memory.
    """
    found = mistakes(kind, users, options)
    if found:
        lines = [f"  {key}: {what}" for key, what in found]
        raise RippleError("\n".join([f"network: {len(found)} mistake{'s' * (len(found) > 1)}", *lines]))
    generator = GENERATORS[kind]
    values = _with_defaults(generator, options)
    count = generator.users if users is None else int(users)
    ties = generator.mean_ties(count, values)
    require_memory(build.bytes_for(count, int(ties)), f"a network of {count:,} users and some {ties:,.0f} ties")
    return generator.make(count, seed, **values)
