"""A recording as one binary message, the same on a socket and in a file; frames.js reads it.

    "TRIPPLE1"       8 bytes
    length of head   u4, little-endian, then 4 bytes of zero
    head             JSON, filled up with spaces to a multiple of 8: the recording with {"array": k} in place of arrays,
                     and under "arrays" for each its type, place, length and coding
    arrays           little-endian, each begins at a multiple of 8 after the head

Coding `plain` is the array as it is. Coding `delta` (u1, T rows of n): each user's bytes in a row, the first as it is,
the others as differences to the one before, modulo 256; that packs well. Packed text is the message through gzip and
base64, for files.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.errors import RippleError
from sim.show.replay.recording import Panel, Recording

MAGIC = b"TRIPPLE1"
_TYPES = {"u1": "<u1", "u2": "<u2", "u4": "<u4", "i4": "<i4", "f4": "<f4"}


class _Writer:
    """Collects arrays and gives out their places."""

    def __init__(self, compact: bool):
        self.compact = compact
        self.about: list[dict[str, object]] = []
        self.blocks: list[bytes] = []
        self.at = 0

    def array(self, values: np.ndarray, kind: str) -> dict[str, int]:
        return self._add(np.ascontiguousarray(values, _TYPES[kind]).reshape(-1), kind, {})

    def frames(self, values: np.ndarray) -> dict[str, int]:
        """u1[T, n], one row for each frame."""
        if not self.compact or not values.size:
            return self.array(values, "u1")
        changes = np.diff(values.T, axis=1, prepend=np.uint8(0))
        return self._add(np.ascontiguousarray(changes).reshape(-1), "u1", {"coding": "delta", "width": values.shape[1]})

    def _add(self, values: np.ndarray, kind: str, coding: dict[str, object]) -> dict[str, int]:
        data = values.tobytes()
        self.about.append({"type": kind, "at": self.at, "length": len(values), **coding})
        self.blocks.append(data + bytes(-len(data) % 8))
        self.at += len(self.blocks[-1])
        return {"array": len(self.about) - 1}


def encode(recording: Recording, more: Mapping[str, Any] | None = None, *, compact: bool = False) -> bytes:
    """A recording as one message. more: further entries of the head (plain values); compact: for packing."""
    out = _Writer(compact)
    places = recording.places
    users: dict[str, Any] = {
        "n": places.n,
        "of": places.n_users,
        "x": out.array(places.x, "f4"),
        "y": out.array(places.y, "f4"),
        "degree": out.array(places.listeners, "u4"),
        "community": out.array(places.community, "u1"),
    }
    if recording.labels is not None:
        users["label"] = list(recording.labels)
    id_type = "u2" if places.n < 65_536 else "u4"
    head = {
        "title": recording.title,
        "name": recording.name,
        "start": recording.start.isoformat(),
        "step_hours": recording.step,
        "baseline": recording.baseline,
        "hours": out.array(recording.hours, "f4"),
        "users": users,
        "ties": {
            "from": out.array(places.ties[:, 0], id_type),
            "to": out.array(places.ties[:, 1], id_type),
            "shown": len(places.ties),
            "of": places.n_ties,
        },
        "panels": [_panel(panel, out) for panel in recording.panels],
        "note": recording.note,
        **(more or {}),
        "arrays": out.about,
    }
    text = json.dumps(head, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([MAGIC, np.array([len(text), 0], "<u4").tobytes(), text, *out.blocks])


def _panel(panel: Panel, out: _Writer) -> dict[str, Any]:
    told = panel.passages
    return {
        "key": panel.key,
        "title": panel.title,
        "story": panel.story,
        "trust": out.frames(panel.trust),
        "heard": out.array(panel.heard, "u2"),
        "hop": out.array(panel.hop, "u1"),
        "from": out.array(panel.teller, "u4"),
        "acts": [
            {"id": a.id, "hour": round(a.hour, 3), "title": a.title, "sentence": a.sentence, "kind": a.kind}
            for a in panel.acts
        ],
        "stories": [{"id": s.id, "title": s.title, "kind": s.kind, "author": s.author} for s in panel.stories],
        "passages": {
            "frame": out.array(told["frame"], "u2"),
            "from": out.array(told["teller"], "u4"),
            "to": out.array(told["user"], "u4"),
            "story": out.array(told["act"], "u4"),
            "shown": len(told),
            "of": panel.n_passages,
        },
        "series": {
            **{name: out.array(values, "f4") for name, values in panel.series.items()},
            "heard_by_hop": {name: out.array(values, "u4") for name, values in panel.by_hop.items()},
        },
    }


def decode(message: bytes) -> dict[str, Any]:
    """What frames.js makes of a message, in Python: the head with arrays in it. Raises RippleError when it is none."""
    if message[:8] != MAGIC:
        raise RippleError("this is no recording of Trust Ripple")
    length = int(np.frombuffer(message, "<u4", 1, 8)[0])
    head = json.loads(message[16 : 16 + length])
    arrays = []
    for about in head.pop("arrays"):
        values = np.frombuffer(message, _TYPES[about["type"]], about["length"], 16 + length + about["at"])
        if about.get("coding") == "delta":
            by_user = values.reshape(about["width"], -1)
            values = np.cumsum(by_user, axis=1, dtype=np.uint8).T.reshape(-1)
        arrays.append(values)

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return arrays[value["array"]] if value.keys() == {"array"} else {k: filled(v) for k, v in value.items()}
        return [filled(entry) for entry in value] if isinstance(value, list) else value

    return filled(head)


def packed(message: bytes) -> str:
    """A message as text for a file: gzip, then base64. The same message gives the same text."""
    return base64.b64encode(gzip.compress(message, 9, mtime=0)).decode("ascii")
