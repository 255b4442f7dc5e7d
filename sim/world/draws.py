"""A random number is named by (seed, purpose, who, event); it does not depend on what was drawn before it.

So results are the same for any number of threads, any order and any tick; two arms of a comparison share every draw
that both of them ask for (common random numbers); and one more act changes only what it can reach.

    key = stream(seed, "share")                 # one key per seed and purpose, an unsigned 64-bit number
    uniform(key, who, event)                    # compiled; a float in (0, 1)
    uniforms(key, np.arange(n), event)          # NumPy, the same numbers

The generator is a counter hashed twice by Stafford's variant 13 of the MurmurHash3 finaliser (the one of SplitMix64).
Source: Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195; Salmon et al. 2011, doi:10.1145/2063384.2063405 for
counters in place of state.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np

from sim.compiled import compiled

_MASK = (1 << 64) - 1
_WHO = np.uint64(0x9E3779B97F4A7C15)
_EVENT = np.uint64(0xD1B54A32D192ED03)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
_STEP = 2.0**-52  # (b + 1/2) 2^-52 is exact for all b < 2^52; with 53 bits it rounds and the highest b gives 1


def named(text: str) -> np.uint64:
    """A 64-bit number for a name (an act's id, a channel): the same on every machine and in every version."""
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))


def stream(seed: int, purpose: str) -> np.uint64:
    """The key of all draws of one purpose under one seed. seed: any integer."""
    return named(f"{int(seed)}/{purpose}")


def derive(seed: int, purpose: str, number: int) -> int:
    """A new seed (63 bits) for the number-th replicate, network, ... of a seed."""
    return int(named(f"{int(seed)}/{purpose}/{int(number)}")) >> 1


def generator(seed: int, purpose: str) -> np.random.Generator:
    """A NumPy generator of its own for sequential work (shuffles, samples) that needs no naming draw by draw."""
    return np.random.Generator(np.random.Philox(key=int(stream(seed, purpose))))


def _mix(x):
    x = (x ^ (x >> _S30)) * _FIRST
    x = (x ^ (x >> _S27)) * _SECOND
    return x ^ (x >> _S31)


_mix_compiled = compiled(_mix)


@compiled
def uniform(key, who, event):
    """A float64 in (0, 1), never 0 and never 1. key, who, event: u8."""
    x = _mix_compiled(np.uint64(key) + np.uint64(who) * _WHO)
    x = _mix_compiled(x + np.uint64(event) * _EVENT)
    return (np.float64(x >> _S12) + 0.5) * _STEP


@compiled
def bits(key, who, event):
    """64 random bits, u8: the name of what a user begins, for all draws about it."""
    x = _mix_compiled(np.uint64(key) + np.uint64(who) * _WHO)
    return _mix_compiled(x + np.uint64(event) * _EVENT)


@compiled
def of_one(key, who):
    """What all draws of one `who` begin with, u8: `coin` goes on from it at half the cost of `uniform`."""
    return _mix_compiled(np.uint64(key) + np.uint64(who) * _WHO)


@compiled
def bound(chance):
    """What a chance, 0..1, is to `coin`, u8: how many of the 2^52 uniforms lie below it."""
    return np.uint64(math.ceil(chance / _STEP - 0.5))


@compiled
def coin(begun, event, bound):
    """True exactly when uniform(key, who, event) < chance, with begun = of_one(key, who) and bound = bound(chance)."""
    return (_mix_compiled(begun + event * _EVENT) >> _S12) < bound


@compiled
def exponential(key, who, event):
    """A unit exponential, float64 > 0."""
    return -math.log(uniform(key, who, event))


@compiled
def normal(key, who, event):
    """A standard normal by Box and Muller from the uniforms (who, 2 event) and (who, 2 event + 1)."""
    first = np.uint64(event) * np.uint64(2)
    radius = math.sqrt(-2.0 * math.log(uniform(key, who, first)))
    return radius * math.cos(2.0 * math.pi * uniform(key, who, first + np.uint64(1)))


def _bits(key, who, event) -> np.ndarray:
    who = np.atleast_1d(np.asarray(who)).astype(np.uint64)
    event = np.atleast_1d(np.asarray(event)).astype(np.uint64)
    key = np.atleast_1d(np.asarray(key, dtype=np.uint64))
    return _mix(_mix(key + who * _WHO) + event * _EVENT)


def uniforms(key, who, event) -> np.ndarray:
    """As `uniform`, for arrays of users and events that broadcast: float64 in (0, 1)."""
    return ((_bits(key, who, event) >> _S12).astype(np.float64) + 0.5) * _STEP


def exponentials(key, who, event) -> np.ndarray:
    """As `exponential`, for arrays."""
    return -np.log(uniforms(key, who, event))


def normals(key, who, event) -> np.ndarray:
    """As `normal`, for arrays."""
    event = np.asarray(event).astype(np.uint64) * np.uint64(2)
    radius = np.sqrt(-2.0 * np.log(uniforms(key, who, event)))
    return radius * np.cos(2.0 * np.pi * uniforms(key, who, event + np.uint64(1)))
