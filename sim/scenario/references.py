"""Which act another one refers to: a response its loss, a promise kept or broken its promise, a condition its act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sim.errors import did_you_mean
from sim.scenario.acts import Act, Kind, When
from sim.scenario.fields import ActFile
from sim.scenario.mistakes import Where
from sim.units import since


@dataclass(frozen=True)
class Resolved:
    """An act, where it is written, and the same act as a document with all defaults."""

    act: Act
    where: Where
    document: dict[str, Any]


class Draft(Protocol):
    """An act on its way, as far as what it refers to goes."""

    id: str
    kind: Kind
    when: When | None
    written: ActFile
    start: datetime

    def wrong(self, key: str, words: str) -> None: ...

    def acts_are_missing(self) -> bool: ...


@dataclass(frozen=True)
class Named:
    """An act by its name, known before it is resolved."""

    id: str
    kind: Kind
    repeated: bool


def can_be_referred_to(act: Act, kind: Kind) -> bool:
    """True for an act that happens once and is of the sort that acts of this kind refer to."""
    if act.every is not None:
        return False
    if kind.settles:
        return act.promises
    return act.nature is not None and (not kind.only_for or act.kind in kind.only_for)


def referred_to(draft: Draft, pool: tuple[Resolved, ...]) -> Resolved | None:
    """The act that a response answers, or the promise that is settled; None when it has a mistake."""
    written, kind = draft.written, draft.kind
    fitting = [other for other in pool if can_be_referred_to(other.act, kind)]
    if written.of is not None:
        return _by_name(draft, written.of, "of", pool, fitting)
    if draft.when is not None and draft.when.of is not None and not kind.settles:
        return _by_name(draft, draft.when.of, "when", pool, fitting)
    if written.at is not None:
        at = since(written.at, draft.start)
        fitting = [other for other in fitting if other.act.at <= at]
    if len(fitting) == 1:
        return fitting[0]
    does = "settle" if kind.settles else "answer"
    if fitting:
        choices = either(f"`of: {other.act.id}`" for other in fitting)
        draft.wrong("", f"which act does this {kind.words} {does}? write {choices}")
    elif not draft.acts_are_missing():
        what = "promise" if kind.settles else "act"
        only = f" ({', '.join(kind.only_for)})" if kind.only_for else ""
        draft.wrong("", f"there is no {what}{only} before it that {a(kind.words)} could {does}")
    return None


def _by_name(draft: Draft, of: str, key: str, pool: tuple[Resolved, ...], fitting: list[Resolved]) -> Resolved | None:
    kind = draft.kind
    by_id = [other for other in pool if other.act.id == of]
    meant = [other for other in fitting if other.act.id == of] or [o for o in fitting if o.act.kind == of]
    known = [other.act.id for other in fitting]
    if len(meant) == 1:
        return meant[0]
    if meant:
        draft.wrong(key, f"there are several acts of the kind '{of}'; write {either(o.act.id for o in meant)}")
    elif by_id and kind.only_for:
        draft.wrong(key, f"{a(kind.words)} cannot answer '{of}', only {either(kind.only_for)}")
    elif by_id and by_id[0].act.every is not None:
        does = "a promise that is kept or broken is" if kind.settles else "a response answers"
        draft.wrong(key, f"'{of}' is repeated; {does} an act that happens once")
    elif by_id and kind.settles:
        draft.wrong(key, f"'{of}' ({by_id[0].act.words}) is no promise")
    elif by_id:
        draft.wrong(key, f"'{of}' ({by_id[0].act.words}) costs no trust; there is nothing to answer")
    elif not draft.acts_are_missing():
        choices = f"; acts it could {'settle' if kind.settles else 'answer'}: {', '.join(known)}" if known else ""
        draft.wrong(key, f"there is no act '{of}' before it{did_you_mean(of, known) or choices}")
    return None


def condition_of(draft: Draft, cast: Sequence[Named]) -> When | None:
    """What an act waits for, with the id of the act that it names; None without a condition, or with a mistake."""
    when = draft.written.when
    if when is None or when.of is None:
        return when
    others = [other for other in cast if other.id != draft.id]
    meant = [o for o in others if o.id == when.of] or [o for o in others if o.kind.name == when.of]
    if when.of == draft.id:
        draft.wrong("when", "an act cannot wait for itself")
    elif len(meant) > 1:
        draft.wrong("when", f"there are several acts of the kind '{when.of}'; write {either(o.id for o in meant)}")
    elif not meant:
        if not draft.acts_are_missing():
            known = [other.id for other in others if other.kind.repairs is None]
            choices = did_you_mean(when.of, known) or (f"; acts: {', '.join(known)}" if known else "")
            draft.wrong("when", f"there is no act '{when.of}'{choices}")
    elif meant[0].kind.repairs is not None:
        draft.wrong("when", f"'{when.of}' is a response; name the act it answers")
    elif meant[0].repeated:
        draft.wrong("when", f"'{when.of}' is repeated; a condition is about an act that happens once")
    else:
        return When(when.kind, meant[0].id, when.by, when.share)
    return None


def a(words: str) -> str:
    """Words with their article."""
    return f"an {words}" if words[:1].lower() in "aeiou" else f"a {words}"


def either(words: Iterable[str]) -> str:
    """Words joined by `or`."""
    return " or ".join(words)
