"""The compiled reader of edge lists: from bytes to numbered names, one pass, no line ever becomes a Python object.

Names are bytes here; `edge_list.py` decodes each once, when all are known.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np

from sim.compiled import compiled, compiled_with_arrays

LONGEST_NAME = 400  # bytes
LONGEST_WEIGHT = 32  # characters
SHOWN = 8  # broken lines that are kept to be shown

# Why a line is broken
VALUES, QUOTE, EMPTY, LONG, CONTROL, WEIGHT = 1, 2, 3, 4, 5, 6

_TAB, _LINE, _SPACE, _QUOTE, _HASH, _COMMA, _PERCENT, _DOT = (np.uint8(ord(c)) for c in '\t\n "#,%.')
_FNV_START, _FNV_PRIME, _S32, _S29 = (
    np.uint64(0xCBF29CE484222325),
    np.uint64(0x100000001B3),
    np.uint64(32),
    np.uint64(29),
)


@compiled
def _is_blank(byte, separator):
    """Space, carriage return, vertical tab, form feed; a tab too unless it separates. byte u1, separator i8."""
    return byte == _SPACE or (byte == _TAB and separator != 9) or (byte >= 11 and byte <= 13)


@compiled
def _in_numbers(byte):
    """Digits, + , - . and e or E (codes 43 to 46 are + , - and .); what else there may be is no finite number."""
    return (byte >= 48 and byte <= 57) or (byte >= 43 and byte <= 46) or byte == 69 or byte == 101


@compiled_with_arrays
def scan(text, layout, slots, hashes, pool, offsets, state, source, target, lines, amounts, broken):
    """Read lines of text until its end or until the tables are full; returns the place of the first line not read.

    text     u1[]    whole lines of UTF-8 or any other text that contains ASCII
    layout   6 ints  separator (0: spaces and tabs), number of columns, column of source, of target, of weight (-1:
                     none), line up to which all is left out (the header, 0:
                     nothing); columns count from 0, lines from 1
    slots    u4[2^k] hash table: 0 or number + 1;  hashes u8[names];  pool u1[], offsets i8[names + 1]: the names
    state    i8[6]   names, lines, rows, broken lines, rows of this call, place
    source, target  u4[rows]  numbers of names, lines i8[rows], amounts u1[rows, LONGEST_WEIGHT]: rows of this call
    broken   i8[SHOWN, 4]  line, why, number of values, place in the text; the first ones

    Lines that are blank but for separators, and those that begin with # or %, are passed over. A field that begins with
    a quote ends at the next single one; a doubled quote stands for one.
    """
    separator, columns, at_weight, header = layout[0], layout[1], layout[4], layout[5]
    blanks = separator == 0
    end = len(text)
    mask = len(slots) - 1
    place = state[5]
    state[4] = 0
    begins = np.empty(3, dtype=np.int64)
    stops = np.empty(3, dtype=np.int64)
    while place < end:
        after = place
        while after < end and text[after] != _LINE:
            after += 1
        if (
            state[0] + 2 >= len(offsets)
            or 2 * (state[0] + 2) > len(slots)
            or offsets[state[0]] + after - place > len(pool)
        ):
            break
        first, last = place, after
        place = min(after + 1, end)
        state[1] += 1
        while first < last and _is_blank(text[first], separator):
            first += 1
        if first < last and (text[first] == _HASH or text[first] == _PERCENT):
            continue
        probe = first
        while probe < last and (text[probe] == separator or _is_blank(text[probe], separator)):
            probe += 1
        if probe == last or state[1] <= header:
            continue
        why = 0
        values = 0
        here = first
        more = True
        for kind in range(3):
            begins[kind] = stops[kind] = 0
        while more:
            while here < last and _is_blank(text[here], separator):
                here += 1
            if blanks and here == last:
                break
            begin = here
            if here < last and text[here] == _QUOTE:
                here += 1
                while here < last and (text[here] != _QUOTE or (here + 1 < last and text[here + 1] == _QUOTE)):
                    here += 2 if text[here] == _QUOTE else 1
                if here >= last:
                    why = QUOTE
            while here < last and text[here] != separator and not (blanks and _is_blank(text[here], separator)):
                here += 1
            stop = here
            while stop > begin and _is_blank(text[stop - 1], separator):
                stop -= 1
            for kind in range(3):
                if values == layout[2 + kind]:
                    begins[kind] = begin
                    stops[kind] = stop
            values += 1
            more = here < last
            here += 1
        if why == 0 and values != columns:
            why = VALUES
        for kind in range(2):
            begin, stop = begins[kind], stops[kind]
            if why != 0:
                break
            if stop == begin or (stop - begin == 2 and text[begin] == _QUOTE):
                why = EMPTY
            elif stop - begin > LONGEST_NAME:
                why = LONG
            else:
                for letter in range(begin, stop):
                    if text[letter] < 32 or text[letter] == 127:
                        why = CONTROL
        if why == 0 and at_weight >= 0:
            begin, stop = begins[2], stops[2]
            if stop - begin >= 2 and text[begin] == _QUOTE and text[stop - 1] == _QUOTE:
                begin, stop = begin + 1, stop - 1
            if stop == begin or stop - begin > LONGEST_WEIGHT:
                why = WEIGHT
            else:
                row = state[4]
                for letter in range(LONGEST_WEIGHT):
                    byte = text[begin + letter] if begin + letter < stop else np.uint8(0)
                    amounts[row, letter] = _DOT if byte == _COMMA and separator != _COMMA else byte
                    if byte != 0 and not _in_numbers(byte):
                        why = WEIGHT
        if why != 0:
            if state[3] < len(broken):
                broken[state[3], 0] = state[1]
                broken[state[3], 1] = why
                broken[state[3], 2] = values
                broken[state[3], 3] = first
            state[3] += 1
            continue
        row = state[4]
        for kind in range(2):  # the number of each name, a new one for a name not seen before; FNV-1a, linear probing
            begin, length = begins[kind], stops[kind] - begins[kind]
            hashed = _FNV_START
            for letter in range(begin, begin + length):
                hashed = (hashed ^ np.uint64(text[letter])) * _FNV_PRIME
            hashed ^= hashed >> _S32
            hashed ^= hashed >> _S29
            slot = np.int64(hashed & np.uint64(mask))
            number = np.int64(-1)
            while slots[slot] != 0 and number < 0:
                number = np.int64(slots[slot]) - 1
                at = offsets[number]
                same = hashes[number] == hashed and offsets[number + 1] - at == length
                if same:
                    for letter in range(length):
                        same &= pool[at + letter] == text[begin + letter]
                if not same:
                    number = np.int64(-1)
                    slot = (slot + 1) & mask
            if number < 0:
                number = state[0]
                state[0] += 1
                slots[slot] = number + 1
                hashes[number] = hashed
                at = offsets[number]
                for letter in range(length):
                    pool[at + letter] = text[begin + letter]
                offsets[number + 1] = at + length
            if kind == 0:
                source[row] = number
            else:
                target[row] = number
        lines[row] = state[1]
        state[4] += 1
        state[2] += 1
    state[5] = place
    return place


@compiled
def _refill(slots, hashes, names):
    mask = len(slots) - 1
    for number in range(names):
        slot = np.int64(hashes[number] & np.uint64(mask))
        while slots[slot] != 0:
            slot = (slot + 1) & mask
        slots[slot] = number + 1


@compiled
def _plain_numbers(pool, offsets, numbers):
    """Read all names as whole numbers, i8; False where one is none, or is not written as a program would write it."""
    for name in range(len(numbers)):
        first, last = offsets[name], offsets[name + 1]
        negative = pool[first] == 45
        if negative:
            first += 1
        if first == last or last - first > 18 or (pool[first] == 48 and (negative or last - first > 1)):
            return False
        number = np.int64(0)
        for letter in range(first, last):
            digit = np.int64(pool[letter]) - 48
            if digit < 0 or digit > 9:
                return False
            number = 10 * number + digit
        numbers[name] = -number if negative else number
    return True


@dataclass
class Names:
    """The names seen so far, each with a number; grows as needed."""

    slots: np.ndarray = field(default_factory=lambda: np.zeros(1 << 12, dtype=np.uint32))
    hashes: np.ndarray = field(default_factory=lambda: np.empty(1 << 11, dtype=np.uint64))
    pool: np.ndarray = field(default_factory=lambda: np.empty(1 << 16, dtype=np.uint8))
    offsets: np.ndarray = field(default_factory=lambda: np.zeros((1 << 11) + 1, dtype=np.int64))

    def grow(self, names: int, line: int) -> None:
        """Make room for twice as many names, and for a line of so many bytes."""
        size = 2 * len(self.slots)
        self.hashes = _longer(self.hashes, size // 2)
        self.offsets = _longer(self.offsets, size // 2 + 1)
        self.pool = _longer(self.pool, 2 * len(self.pool) + line)
        self.slots = np.zeros(size, dtype=np.uint32)
        _refill(self.slots, self.hashes, names)

    def numbers(self, names: int) -> np.ndarray | None:
        """The names as numbers, i8, in the order in which they were first seen; None where one is no plain number."""
        numbers = np.empty(names, dtype=np.int64)
        return numbers if _plain_numbers(self.pool, self.offsets, numbers) else None

    def texts(self, names: int) -> tuple[list[str], bool]:
        """The names as text, in the order in which they were first seen, and whether they are UTF-8.

        Names that are no UTF-8 are read as Windows-1252, all of them.
        """
        whole = self.pool[: self.offsets[names]].tobytes()
        pairs = list(itertools.pairwise(self.offsets[: names + 1].tolist()))
        if whole.isascii():
            text = whole.decode()
            return [text[first:last] for first, last in pairs], True
        try:
            return [whole[first:last].decode() for first, last in pairs], True
        except UnicodeDecodeError:
            return [whole[first:last].decode("cp1252", errors="replace") for first, last in pairs], False


def _longer(array: np.ndarray, length: int) -> np.ndarray:
    out = np.empty(length, dtype=array.dtype)
    out[: len(array)] = array
    return out
