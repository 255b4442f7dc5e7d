"""The table of users of a scenario: which file, and which of its columns says what."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sim.errors import RippleError
from sim.scenario.parts import UsersTable
from sim.spreadsheet import read_sheet

if TYPE_CHECKING:
    from sim.scenario.fields import UsersFile
    from sim.scenario.sources import Source
    from sim.scenario.validate import Findings


def resolved_users(
    written: UsersFile | None, source: Source, findings: Findings
) -> tuple[UsersTable | None, dict[str, Any]]:
    """The table and its document; None when there is none, or when it has mistakes."""
    if written is None:
        return None, {}
    if written.file is None:
        findings.add(("users",), "names no file; write `users: {file: users.csv}`")
        return None, {}
    path = (source.folder / Path(written.file).expanduser()).resolve()
    columns = dict(written.columns or {})
    if source.look_for_network:
        from sim.world.told import named_columns  # brings compiled loops along, so only when a table is checked

        try:
            columns = named_columns(read_sheet(path), columns)
        except RippleError as problem:
            findings.add(("users", "columns" if path.is_file() else "file"), str(problem))
            return None, {}
    return UsersTable(path, MappingProxyType(columns)), {"file": path.as_posix(), "columns": columns}
