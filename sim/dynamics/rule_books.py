"""How a rule of one's own changes users, and how changes that it did not book are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.compiled import compiled
from sim.dynamics import byhand
from sim.dynamics.rule_view import View
from sim.dynamics.state import SIDE
from sim.errors import RippleError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sim.dynamics.engine import Engine

_PRIME = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit of a word is lost


class Books:
    """The ways in which a rule may change users; what they change is booked under the rule.

    users: rows or a mask; values: one number, or one for each of these users. Doses are log units: trust is multiplied
    by exp(-dose), or its distance to 1 is.
    """

    def __init__(self, engine: Engine, name: str, guard: Guard, view: View):
        self._engine, self._cause, self._guard, self._view = engine, f"rule {name}", guard, view
        self._changes = 0

    def set_trust(self, users: ArrayLike, values: ArrayLike) -> None:
        """Own and expressed trust become `values`, 0..1."""
        self._change(byhand.set_trust, users, values, self._cause)

    def set_own(self, users: ArrayLike, values: ArrayLike) -> None:
        """Own trust becomes `values`, 0..1; expressed trust is pulled after it with time."""
        self._change(byhand.set_own, users, values, self._cause)

    def set_expressed(self, users: ArrayLike, values: ArrayLike) -> None:
        """Expressed trust becomes `values`, 0..1; own trust pulls it back with time."""
        self._change(byhand.set_expressed, users, values, self._cause)

    def earn(self, users: ArrayLike, dose: ArrayLike, cognitive: ArrayLike = 0.5) -> None:
        """Users gain trust, as by a positive act; cognitive: share that falls on the cognitive side."""
        self._change(byhand.earn, users, dose, cognitive, self._cause)

    def wound(self, users: ArrayLike, dose: ArrayLike, nature: str = "competence", cognitive: ArrayLike = 0.5) -> None:
        """Users lose trust, as by a negative act of a nature (competence, integrity, deception): a share of it scars."""
        self._change(byhand.wound, users, dose, nature, cognitive, self._cause)

    def set_follows(self, users: ArrayLike, follows: ArrayLike) -> None:
        """Users follow the brand from now on, or no longer; trust stays."""
        self._change(byhand.set_follows, users, follows)

    def _change(self, change, users: ArrayLike, *what: object) -> None:
        rows = byhand.rows_of(self._engine, users)
        if not rows.size:  # nothing changes, not one bit
            return
        self._guard.check()
        change(self._engine, rows, *what)
        self._guard.seal()
        self._view._now.clear()
        self._changes += 1


class Guard:
    """Knows whether users or books were changed by anything but the books, from a fingerprint of their arrays."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._seals: tuple[int, ...] = ()

    def seal(self) -> None:
        """What stands now is as it should be."""
        self._seals = self._prints()

    def check(self) -> None:
        """Raise RippleError naming what was changed since without being booked."""
        now = self._prints()
        if now != self._seals:
            changed = dict.fromkeys(
                what for what, *two in zip(_GUARDED, self._seals, now, strict=True) if two[0] != two[1]
            )
            words = "changed " + " and ".join(changed) + " without booking it"
            raise RippleError(f"{words}; users are changed by books, as in books.set_trust(...)")

    def _prints(self) -> tuple[int, ...]:
        e = self._engine
        prints = fingerprints(e.trust, e.state, e.columns, e.flags, e.books, e.expressed, e.clock)
        return (*prints, hash(tuple(e.by_hand.items())))


_GUARDED = (
    "expressed trust",
    "own trust",
    "who follows",
    "the books",
    "the books",
    "the clock",
    "the clock",
    "the books",
)


# --- compiled loops ---------------------------------------------------------------------------------------------------


@compiled
def fingerprints(trust, state, columns, flags, books, expressed, clock):
    """The fingerprints of expressed trust now, of the columns, the flags, both books, the clock and the state."""
    return (
        fingerprint(trust[state[SIDE]].view(np.uint64)),
        fingerprint(columns.view(np.uint64)),
        fingerprint(flags.view(np.uint64)),
        fingerprint(books.reshape(books.size).view(np.uint64)),
        fingerprint(expressed.view(np.uint64)),
        fingerprint(clock.view(np.uint64)),
        fingerprint(state.view(np.uint64)),
    )


@compiled
def fingerprint(words):
    """A number that changes when any of the words u8[k] does, or their order; four lanes, so that it keeps up with memory."""
    prime = _PRIME
    a, b, c, d = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    whole = words.size - words.size % 4
    for k in range(0, whole, 4):
        a = (a ^ words[k]) * prime
        b = (b ^ words[k + 1]) * prime
        c = (c ^ words[k + 2]) * prime
        d = (d ^ words[k + 3]) * prime
    for k in range(whole, words.size):
        a = (a ^ words[k]) * prime
    return a ^ (b << np.uint64(1)) ^ (c << np.uint64(2)) ^ (d << np.uint64(3))
