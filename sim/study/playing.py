"""Results that play: the moving picture of a run stands on a higher floor and is asked for by name when it is wanted."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Plays:
    """A result with a player."""

    def player(self, **how: Any) -> Any:
        """The run as a moving picture, for the last line of a notebook's cell; `.page` is the whole page as text.

        Of a run: beside the same people without the crisis. Of a comparison: two of its `arms`, else the reference and the
        arm that loses the least trust, in the first replicate. It is run again for it, to the same bit.
        arms, height (px), most_frames, labels (take the users' names along), rules, allow_code: see
        `sim.show.replay.notebook.player_of`.
        """
        return import_module("sim.show.replay.notebook").player_of(self, **how)
