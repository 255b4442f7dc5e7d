"""Kinds of acts of one's own: like a known one but for what is written, or from scratch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sim.errors import did_you_mean
from sim.scenario import readers
from sim.scenario.acts import KINDS, Kind
from sim.scenario.fields import KindFile
from sim.scenario.readers import DRAWN
from sim.scenario.validate import Findings
from sim.units import number_words, share_words, shown

_AS_WRITTEN = ("words", "form", "cognitive", "nature", "audience", "reach", "speaker", "source")
_FLAGS = (
    *("hidden", "lasting", "tires", "two_sided", "promises", "settles", "moderates", "one_to_one"),
    *("admits", "only_tells", "stirs"),
)
_NOT_OF_A_RESPONSE = ("promises", "settles", "moderates", "one_to_one")


def all_kinds(written: Mapping[str, KindFile | None], findings: Findings) -> tuple[Mapping[str, Kind], dict[str, Any]]:
    """The catalogue with the kinds of a file, and those kinds as a document with every default."""
    kinds, documents = dict(KINDS), {}
    for name, entry in written.items():
        if entry is None:
            continue
        kind = _kind(name, entry, kinds, findings)
        if kind is not None:
            kinds[name] = kind
            documents[name] = _document(kind)
    for name in documents:
        for other in kinds[name].only_for:
            if other not in kinds:
                findings.add(("kinds", name, "only_for"), f"'{other}' is not known{did_you_mean(other, kinds)}")
    return MappingProxyType(kinds), documents


def _kind(name: str, entry: KindFile, kinds: Mapping[str, Kind], findings: Findings) -> Kind | None:
    where = ("kinds", name)
    try:
        readers.name(name)
    except ValueError as problem:
        findings.add(where, str(problem))
        return None
    if name in KINDS:
        findings.add(where, "is in the catalogue already; give your own kind another name")
        return None
    if entry.like is not None and entry.like not in kinds:
        findings.add((*where, "like"), f"'{entry.like}' is not a kind known so far{did_you_mean(entry.like, kinds)}")
        return None
    base = kinds[entry.like] if entry.like is not None else _blank(name, entry)
    given = {key: getattr(entry, key) for key in (*_AS_WRITTEN, *_FLAGS, "lure") if getattr(entry, key) is not None}
    if entry.like is not None and entry.words is None:
        given["words"] = name.replace("_", " ").replace("-", " ")
    if entry.repairs is not None:
        match = {key: getattr(entry.repairs, key) for key in ("competence", "integrity")}
        known = base.repairs or {"competence": 0.0, "integrity": 0.0}
        given["repairs"] = MappingProxyType({key: known[key] if v is None else v for key, v in match.items()})
    if entry.only_for is not None:
        given["only_for"] = tuple(entry.only_for)
    if entry.virality is not None:
        given["virality"] = None if entry.virality == DRAWN else float(entry.virality)
    given["magnitude"] = _magnitude(entry, base, findings, where)
    kind = replace(base, name=name, **given)
    if kind.magnitude < 0 and kind.nature is None:
        kind = replace(kind, nature="competence")
    return _consistent(kind, entry, findings, where)


def _blank(name: str, entry: KindFile) -> Kind:
    form = entry.form or ("response" if entry.repairs is not None else "news")
    return Kind(
        name,
        name.replace("_", " ").replace("-", " "),
        form,
        audience="followers" if form == "post" else "everyone",
        tires=form == "post",
        virality=0.0 if form == "response" else None,
    )


def _magnitude(entry: KindFile, base: Kind, findings: Findings, where: tuple[str, ...]) -> float:
    """With `like`, a size takes the sign of the known kind; from scratch, and of a two-sided one, it is signed."""
    size = entry.magnitude
    if size is None:
        if entry.like is None and entry.repairs is None and entry.form != "response":
            findings.add(where, "`magnitude` is missing; above 0 it earns trust, below 0 it costs trust")
        return base.magnitude
    if entry.like is None or base.two_sided or entry.two_sided:
        return size
    if size < 0 < base.magnitude:
        words = f"{shown(size)} would cost trust, but {entry.like} earns it; write {-size:g}, or leave out `like`"
        findings.add((*where, "magnitude"), words)
    return math.copysign(size, base.magnitude) if size else 0.0


def _consistent(kind: Kind, entry: KindFile, findings: Findings, where: tuple[str, ...]) -> Kind | None:
    before = len(findings.mistakes)
    if (kind.form == "response") != (kind.repairs is not None):
        words = "a response needs `repairs: {competence: 100 %, integrity: 50 %}`, and only a response has it"
        findings.add(where, words)
    if kind.repairs is None:
        for key in ("admits", "only_tells", "stirs", "only_for"):
            if getattr(kind, key):
                findings.add((*where, key) if getattr(entry, key) else where, f"`{key}` is for responses; leave it out")
    elif any(getattr(kind, key) for key in _NOT_OF_A_RESPONSE):
        for key in _NOT_OF_A_RESPONSE:
            if getattr(kind, key):
                findings.add((*where, key), f"a response cannot have `{key}`; leave it out")
    elif kind.magnitude or kind.hidden or kind.lure:
        findings.add(where, "a response has no magnitude, is not hidden and lures nobody; it repairs what an act did")
    if kind.nature is not None and kind.magnitude >= 0 and not kind.two_sided:
        findings.add((*where, "nature") if entry.nature else where, "only a loss has a nature; this kind earns trust")
    if kind.lure < 0 or (kind.lure and not kind.hidden):
        findings.add((*where, "lure") if entry.lure else where, "is a gain, above 0, for as long as the act is hidden")
    return kind if len(findings.mistakes) == before else None


def _document(kind: Kind) -> dict[str, Any]:
    """The kind from scratch, as a file writes it."""
    document: dict[str, Any] = {"words": kind.words, "form": kind.form, "magnitude": number_words(kind.magnitude)}
    document["cognitive"] = share_words(kind.cognitive)
    if kind.nature:
        document["nature"] = kind.nature
    document["audience"] = kind.audience
    if kind.reach is not None:
        document["reach"] = share_words(kind.reach)
    document["speaker"] = kind.speaker
    document["virality"] = DRAWN if kind.virality is None else number_words(kind.virality)
    document |= {key: getattr(kind, key) for key in _FLAGS}
    if kind.repairs is not None:
        document["repairs"] = {key: share_words(value) for key, value in kind.repairs.items()}
    if kind.only_for:
        document["only_for"] = list(kind.only_for)
    document["lure"] = number_words(kind.lure)
    document["source"] = kind.source
    return document
