"""Which rows there are, in the order of their ids. A module with rows joins here, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from sim.errors import RippleError, did_you_mean
from sim.study.evidence import (
    aftermath,
    cascades,
    deletion,
    desks,
    earning,
    hops,
    polls,
    posting,
    quiet,
    responses,
    wounds,
)
from sim.study.evidence.row import Row

MODULES = (polls, wounds, earning, cascades, hops, desks, responses, deletion, quiet, posting, aftermath)


def _all() -> dict[str, Row]:
    found = {row.id: row for module in MODULES for row in module.ROWS}
    if len(found) < sum(len(module.ROWS) for module in MODULES):
        raise ValueError("two rows have the same id")
    return {id: found[id] for id in sorted(found, key=lambda id: int(id[1:]))}


ROWS = MappingProxyType(_all())


def chosen(ids: Sequence[str] | None) -> list[Row]:
    """Some rows by id, in their order; None: all. Raises RippleError for an unknown one."""
    for id in ids or ():
        if id.upper() not in ROWS:
            raise RippleError(f"'{id}' is no row of the evidence{did_you_mean(id.upper(), ROWS)} ({', '.join(ROWS)})")
    wanted = {id.upper() for id in ids} if ids is not None else set(ROWS)
    return [row for id, row in ROWS.items() if id in wanted]
