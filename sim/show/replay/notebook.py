"""The player in a notebook: a whole page inside a frame of its own, which can reach nothing outside of it.

sim.run("data-breach").player()      # as the last line of a cell
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from sim.dynamics.rules import Rule
from sim.errors import RippleError
from sim.show.replay.recording import MOST_FRAMES
from sim.show.replay.saved import recorded_comparison, recorded_run
from sim.show.replay.share import share_page
from sim.study.comparison import Comparison
from sim.study.results import Run

HEIGHT = 860  # px


@dataclass(frozen=True)
class Player:
    """A recording that plays where it is shown. page: the whole page, HTML."""

    page: str
    height: int = HEIGHT

    def __repr__(self) -> str:
        return f"Player({len(self.page) / 1e6:.2f} MB; shown in notebooks, or write `.page` to a file)"

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.page)}" sandbox="allow-scripts" title="Trust Ripple player" '
            f'style="width:100%;height:{self.height}px;border:0"></iframe>'
        )


def player_of(
    result: Run | Comparison,
    *,
    arms: Sequence[str] = (),
    height: int = HEIGHT,
    most_frames: int = MOST_FRAMES,
    labels: bool = False,
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
) -> Player:
    """The player of a run or a comparison. rules, allow_code: for runs that had rules of the user's own.

    Raises RippleError for an arm that is not there.
    """
    if isinstance(result, Comparison):
        seen = recorded_comparison(
            result, arms=arms, rules=rules, allow_code=allow_code, most_frames=most_frames, labels=labels
        )
    elif arms and list(arms) != [result.arm]:
        raise RippleError(f"arms: this run is of '{result.arm}' alone; compare() has the others")
    else:
        seen = recorded_run(result, rules=rules, allow_code=allow_code, most_frames=most_frames, labels=labels)
    return Player(share_page(seen, question=result.scenario.question), height)
