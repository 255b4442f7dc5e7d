"""A scenario: one brand, its users, what happens, and the responses to compare; loaded, changed, saved.

scenario = load("data-breach")                       # a name of the library, a path, a dict
scenario.arms["silence"], scenario.reference, scenario.expect
scenario.changed({"timeline.breach.reach": "50 %"})  # checked anew, as if the file had said so
scenario.save("resolved.yaml")                       # every default written out; loads as an equal scenario
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.errors import RippleError, did_you_mean
from sim.files import write_text
from sim.scenario.acts import Act, Kind
from sim.scenario.changes import changed_tree
from sim.scenario.lessons import LessonStep
from sim.scenario.parameters import Parameters
from sim.scenario.parts import Arm, Brand, Desk, Expect, Network, Policy, RuleEntry, UsersTable
from sim.scenario.past import PastIncident
from sim.scenario.resolve import resolved_fields
from sim.scenario.sources import Source, as_written, file_of, library_entries, read_source, slug, source_of_text
from sim.scenario.yaml_writer import as_yaml

__all__ = [
    "Arm",
    "Brand",
    "Desk",
    "Expect",
    "Network",
    "Policy",
    "RuleEntry",
    "Scenario",
    "library",
    "load",
    "load_text",
    "new_file",
]


@dataclass(frozen=True)
class Scenario:
    """A checked scenario with every default filled in. Times in hours since `start`, shares and trust 0..1.

    `arms` keeps the order of the file, the first is the `reference`; `kinds` is the catalogue with the file's own.
    `without`: processes that are left out. `brand`, `parameters` and `timeline` are the file's; an arm has its own.
    `floor`: a level of trust; how often it is fallen below is measured (None: it is not).
    Two scenarios are equal when all that a run depends on is equal; `origin` (where it was read) does not count.
    """

    name: str
    title: str
    question: str
    topic: str
    readers: tuple[str, ...]
    shows: tuple[str, ...]
    sources: tuple[str, ...]
    start: datetime
    horizon: float
    tick: float
    talk_step: float | None
    floor: float | None
    network: Network
    users: UsersTable | None
    brand: Brand
    parameters: Parameters
    without: frozenset[str]
    past: tuple[PastIncident, ...]
    timeline: tuple[Act, ...]
    arms: Mapping[str, Arm]
    vary: tuple[str, ...]
    rules: tuple[RuleEntry, ...]
    expect: tuple[Expect, ...]
    lesson: tuple[LessonStep, ...]
    takeaway: str
    kinds: Mapping[str, Kind]
    origin: str = field(compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)  # what was done to a file of an older format
    _source: Source | None = field(default=None, compare=False, repr=False)
    _document: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def reference(self) -> str:
        """The name of the first arm, with which the others are compared."""
        return next(iter(self.arms))

    @property
    def folder(self) -> Path | None:
        """What paths in it are relative to; None for one that was not loaded."""
        return self._source.folder if self._source is not None else None

    def acts(self, arm: str | None = None) -> tuple[Act, ...]:
        """All acts of an arm (None: the reference): calendar, timeline, its own. Raises RippleError."""
        chosen = self.arm(arm)
        return (*chosen.brand.calendar, *chosen.timeline, *chosen.acts)

    def arm(self, name: str | None = None) -> Arm:
        """An arm by name; None is the reference. Raises RippleError for a name that is not there."""
        if name is None:
            return self.arms[self.reference]
        if name not in self.arms:
            known = ", ".join(self.arms)
            raise RippleError(f"{self.origin} has no arm '{name}'{did_you_mean(name, self.arms)}; arms: {known}")
        return self.arms[name]

    def changed(self, changes: Mapping[str, object]) -> Scenario:
        """A scenario with other values at some paths, checked as a whole; acts keep their ids, so their draws.

        Paths: `horizon`, `parameters.fading` or `fading`, `network.users`, `brand.trust`, `timeline.breach.reach`,
        `timeline[0].reach`, `arms.disclosure.disclosure.at`, `rules.fear.strength`.
        Text is read as in a file; None takes the entry out. A lesson that does not go with the changes is left out.
        Raises RippleError for an unknown path (with the nearest ones) and for all that `load` refuses.
        """
        if not changes:
            return self
        if self._source is None:
            raise RippleError("only a scenario that was loaded can be changed by path")
        tree = changed_tree(self._source.tree, changes, self.origin)
        borrowed = self._source.borrowed_lesson or not any(path.startswith("lesson") for path in changes)
        return _built(replace(self._source, tree=tree, borrowed_lesson=borrowed), f"{self.origin}, changed")

    def resolved(self) -> dict[str, Any]:
        """The scenario as plain dicts and lists, every default and every parameter written out."""
        return _copy(self._document)

    def written(self) -> dict[str, Any]:
        """The scenario as it was written, with all it extends and all changes in it, as plain dicts and lists.

        It loads as an equal scenario from any folder, and a change of it means the same: what follows from something else
        (trust from the sector) still does. Raises RippleError for a scenario that was not loaded.
        """
        if self._source is None:
            raise RippleError("only a scenario that was loaded knows how it was written")
        return {"name": self.name, **as_written(self._source)}

    def to_yaml(self) -> str:
        """The resolved scenario as a file; it loads as an equal scenario."""
        return f"# Written by Trust Ripple, every default filled in.\n{as_yaml(self.resolved())}"

    def save(self, path: str | Path) -> Path:
        """Write `to_yaml()` to a file, at once or not at all."""
        return write_text(path, self.to_yaml())

    def __reduce__(self) -> tuple[Any, ...]:
        return _built, (self._source,)  # read-only mappings cannot be pickled; the tree can, and gives the same


def load(source: str | Path | Mapping[str, object] | Scenario, *, look_for_network: bool = True) -> Scenario:
    """A scenario from a file (a name with a slash or ending in .yaml), a name of the library, a dict, or itself.

    look_for_network=False does not mind when the edge list it names is gone (for looking at old runs).
    Raises RippleError with all mistakes of the file, each with its line.
    """
    if isinstance(source, Scenario):
        return source
    if not isinstance(source, (str, Path, Mapping)):
        raise RippleError(f"{type(source).__name__} is not a scenario; give a name, a path, a dict or a Scenario")
    return _built(read_source(source, look_for_network))


def load_text(text: str, name: str) -> Scenario:
    """A scenario from the text of a file that somebody handed over, called `name` in errors.

    It may name nothing outside the library: no edge list, no file to extend, no rules. Raises RippleError.
    """
    return _built(source_of_text(text, name))


def _built(source: Source, called: str = "") -> Scenario:
    fields, document = resolved_fields(source, called or source.origin)
    return Scenario(**fields, origin=source.origin, notes=source.notes, _source=source, _document=document)


def library() -> dict[str, dict[str, str]]:
    """The scenarios that come with Trust Ripple: name -> {title, question, topic, readers}, all texts."""
    return library_entries()


def new_file(path: str | Path, source: str | Path = "data-breach", *, force: bool = False) -> Path:
    """Write a commented file to start from: the text of a scenario of the library, or of a file, under a new name.

    Raises RippleError when the file is there already (unless `force`), or cannot be written.
    """
    target = Path(path).expanduser()
    if target.suffix.lower() not in (".yaml", ".yml"):
        raise RippleError(f"{path}: a scenario file ends in .yaml")
    if target.exists() and (not force or target.is_dir()):
        raise RippleError(f"{path} is there already; choose another name, or replace it with --force")
    template, _ = file_of(source)
    text = template.read_text(encoding="utf-8-sig")
    lines = [f"name: {slug(target)}" if line.startswith("name:") else line for line in text.splitlines()]
    return write_text(target, "\n".join(lines) + "\n")


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(entry) for key, entry in value.items()}
    return [_copy(entry) for entry in value] if isinstance(value, list) else value
