"""Random numbers named by (seed, purpose, who, event): uniform, independent, the same everywhere and for ever.

Seeds are fixed, so each test gives the same answer every time. A statistic is refused at |z| > 4.9 or p < 1e-6, which
both say one in a million (two-sided).
"""

from __future__ import annotations

import hashlib
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from sim.compiled import compiled
from sim.world import draws

MOST_Z = 4.9
LEAST_P = 1e-6
N = 200_000
WHO = np.arange(N)


@compiled
def fill(key, who, event, kind, out):
    """out[i] = uniform (kind 0) or exponential (kind 1) of user who[i]."""
    for i in range(len(who)):
        out[i] = draws.uniform(key, who[i], event) if kind == 0 else draws.exponential(key, who[i], event)


def bits(u: np.ndarray) -> np.ndarray:
    """The 52 random bits behind each uniform, lowest first: bool[..., 52]. Inverse of u = (b + 1/2) 2^-52."""
    whole = np.floor(np.ldexp(u, 52)).astype(np.uint64)
    return ((whole[..., None] >> np.arange(52, dtype=np.uint64)) & np.uint64(1)).astype(bool)


def assert_uniform(u: np.ndarray) -> None:
    """Kolmogorov-Smirnov on the whole, chi-square on 256 bins of equal width, and each of the 52 bits on its own."""
    assert u.min() > 0.0
    assert u.max() < 1.0
    assert stats.kstest(u, "uniform").pvalue > LEAST_P
    counts = np.bincount((u * 256).astype(int), minlength=256)
    assert LEAST_P < stats.chisquare(counts).pvalue < 1 - LEAST_P, "not uniform, or too even to be random"
    z = (bits(u).mean(axis=0) - 0.5) * 2 * np.sqrt(len(u))
    assert np.abs(z).max() < MOST_Z, f"bit {np.abs(z).argmax()} is not fair"


def assert_independent(u: np.ndarray, v: np.ndarray) -> None:
    """No correlation, a 16 x 16 table of pairs as even as chance has it, no bit agrees with its like too often."""
    assert abs(np.corrcoef(u, v)[0, 1]) * np.sqrt(len(u)) < MOST_Z
    table = np.bincount((u * 16).astype(int) * 16 + (v * 16).astype(int), minlength=256)
    assert stats.chisquare(table).pvalue > LEAST_P
    z = ((bits(u) == bits(v)).mean(axis=0) - 0.5) * 2 * np.sqrt(len(u))
    assert np.abs(z).max() < MOST_Z, f"bit {np.abs(z).argmax()} of one follows the other"


@pytest.mark.parametrize(("seed", "purpose"), [(0, "share"), (1, "share"), (2**63, "people"), (-7, "")])
def test_draws_are_uniform_over_users_and_over_events(seed: int, purpose: str) -> None:
    key = draws.stream(seed, purpose)
    assert_uniform(draws.uniforms(key, WHO, 0))
    assert_uniform(draws.uniforms(key, 0, WHO))
    assert_uniform(draws.uniforms(key, WHO, WHO))


def test_draws_are_uniform_over_seeds_and_over_purposes() -> None:
    """One user and one event, N seeds or N purposes."""
    assert_uniform(draws.uniforms(np.array([draws.stream(seed, "share") for seed in range(N)]), 3, 4))
    assert_uniform(draws.uniforms(np.array([draws.stream(1, f"act {i}") for i in range(N)]), 3, 4))


def test_draws_for_neighbouring_names_are_independent() -> None:
    """The next user or event, a power of two further, users and events exchanged, the next seed, other purposes."""
    key = draws.stream(5, "share")
    u = draws.uniforms(key, WHO, 7)
    for step in (1, 2, 256, 2**16, 2**32, 2**53, 2**63):
        assert_independent(u, draws.uniforms(key, WHO.astype(np.uint64) + np.uint64(step), 7))
        assert_independent(u, draws.uniforms(key, WHO, np.uint64(7 + step)))
    assert_independent(u[8:], draws.uniforms(key, 7, WHO)[8:])
    others = [(6, "share"), (-5, "share"), (50, "share"), (5, "shares"), (5, "post"), (5, "")]
    rows = [u, *(draws.uniforms(draws.stream(*name), WHO, 7) for name in others)]
    for one, other in combinations(rows, 2):
        assert_independent(one, other)


def test_three_draws_in_a_row_fill_the_cube() -> None:
    """Triples (u_i, u_i+1, u_i+2) of users and of events in 8 x 8 x 8 cells: chi-square with 511 degrees of freedom."""
    key = draws.stream(9, "share")
    for u in (draws.uniforms(key, WHO, 1), draws.uniforms(key, 1, WHO)):
        cells = (u[: N - N % 3].reshape(-1, 3) * 8).astype(int) @ [64, 8, 1]
        assert stats.chisquare(np.bincount(cells, minlength=512)).pvalue > LEAST_P


@pytest.mark.parametrize("part", ["key", "who", "event"])
def test_each_bit_of_a_name_changes_each_bit_of_the_draw_half_the_time(part: str) -> None:
    """Avalanche: flips of 64 input bits x 52 output bits over 4096 names, each a fair coin: |z| < 4.9 in 3328 cells."""
    rng = draws.generator(11, "names")
    name = {each: rng.integers(0, 2**64, 4096, dtype=np.uint64) for each in ("key", "who", "event")}
    before = bits(draws.uniforms(**name))
    for place in range(64):
        flipped = name | {part: name[part] ^ np.uint64(1 << place)}
        z = ((bits(draws.uniforms(**flipped)) != before).mean(axis=0) - 0.5) * 2 * 64
        assert np.abs(z).max() < MOST_Z, f"bit {place} of {part}"


def test_a_million_names_give_a_million_numbers() -> None:
    """1000 users x 1000 events: the expected number of equal pairs is 1e12 / 2 / 2^52 = 1e-4."""
    u = draws.uniforms(draws.stream(3, "share"), np.arange(1000)[:, None], np.arange(1000))
    assert u.shape == (1000, 1000)
    assert len(np.unique(u)) == 1_000_000


def test_a_draw_depends_on_its_name_only() -> None:
    """Any order, any part, any integer type, any shape: the same number for the same name."""
    key = draws.stream(4, "share")
    u = draws.uniforms(key, WHO, 2)
    order = draws.generator(4, "order").permutation(N)
    assert np.array_equal(draws.uniforms(key, WHO[order], 2), u[order])
    assert np.array_equal(draws.uniforms(key, WHO[::7].astype(np.uint32), np.int8(2)), u[::7])
    assert np.array_equal(draws.uniforms(int(key), list(range(10)), [2] * 10), u[:10])
    assert draws.uniforms(key, 5, 2).item() == u[5]


def plain(key: int, who: int, event: int) -> int:
    """The 64 bits behind a draw in whole numbers modulo 2^64: the finaliser of SplitMix64 (Steele et al. 2014)."""

    def mix(z: int) -> int:
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        return z ^ (z >> 31)

    first = mix((key + who * 0x9E3779B97F4A7C15) % 2**64)
    return mix((first + event * 0xD1B54A32D192ED03) % 2**64)


def test_draws_equal_the_plain_formula() -> None:
    """u = (floor(x / 2^12) + 1/2) 2^-52 with x from whole numbers of any size; also at the ends of 64 bits. Exactly."""
    ends = [0, 1, 2**31, 2**32 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1]
    for key in (0, int(draws.stream(1, "share")), 2**64 - 1):
        got = draws.uniforms(key, np.array(ends, np.uint64)[:, None], np.array(ends, np.uint64))
        for i, who in enumerate(ends):
            for j, event in enumerate(ends):
                expected = ((plain(key, who, event) >> 12) + 0.5) * 2.0**-52
                assert got[i, j] == expected
                assert draws.uniform(np.uint64(key), np.uint64(who), np.uint64(event)) == expected


@pytest.mark.parametrize("dtype", [np.int32, np.uint32, np.int64, np.uint64])
def test_compiled_and_numpy_draws_are_the_same_numbers(dtype: type) -> None:
    """Bit for bit for uniforms. Exponentials: both take the log of the same number; the two logs may differ by an ulp
    each, so 4 eps of relative difference are let through."""
    key = draws.stream(8, "share")
    out = np.empty(N)
    fill(key, WHO.astype(dtype), np.uint64(6), 0, out)
    assert np.array_equal(out, draws.uniforms(key, WHO, 6))
    fill(key, WHO.astype(dtype), np.uint64(6), 1, out)
    np.testing.assert_allclose(out, draws.exponentials(key, WHO, 6), rtol=4 * np.finfo(float).eps, atol=0)


@compiled
def toss(key, who, event, chance, out):
    """out[i] = the coin of (who, event[i])."""
    begun, least = draws.of_one(key, who), draws.bound(chance)
    for i in range(len(event)):
        out[i] = draws.coin(begun, event[i], least)


def test_a_coin_falls_exactly_when_its_uniform_is_below_the_chance() -> None:
    """Also at chances that are a uniform, the number before and after it, 0, 1, and next to both."""
    key, event = draws.stream(8, "coins"), WHO.astype(np.uint64)
    u = draws.uniforms(key, 5, event)
    out = np.empty(N, bool)
    tight = [f(x) for x in u[:5] for f in (float, lambda x: np.nextafter(x, 0), lambda x: np.nextafter(x, 1))]
    for chance in (0.0, 1.0, 2.0**-53, 1 - 2.0**-53, 1e-300, 0.1, 0.5, u.min(), u.max(), *tight):
        toss(key, np.uint64(5), event, chance, out)
        assert np.array_equal(out, u < chance), chance


def test_a_draw_is_never_0_and_never_1() -> None:
    """u = (b + 1/2) 2^-52 lies in [2^-53, 1 - 2^-53] for b from 0 to 2^52 - 1, and each b has a u of its own.

    The names whose 64 bits are all 0 or all 1 are found by running the hash backwards, so the ends are really drawn.
    """

    def unmix(z: int) -> int:
        z ^= z >> 31 ^ z >> 62
        z = z * pow(0x94D049BB133111EB, -1, 2**64) % 2**64
        z ^= z >> 27 ^ z >> 54
        z = z * pow(0xBF58476D1CE4E5B9, -1, 2**64) % 2**64
        return z ^ z >> 30 ^ z >> 60

    for last, expected in ((0, 2.0**-53), (2**64 - 1, 1 - 2.0**-53)):
        key = unmix(unmix(last))  # who = event = 0
        assert plain(key, 0, 0) == last
        assert draws.uniforms(key, 0, 0).item() == expected
        assert draws.uniform(np.uint64(key), np.uint64(0), np.uint64(0)) == expected
        assert draws.exponential(np.uint64(key), np.uint64(0), np.uint64(0)) > 0


def test_exponentials_have_mean_1_and_the_right_shape() -> None:
    """P(E > x) = exp(-x)."""
    e = draws.exponentials(draws.stream(2, "delay"), WHO, 0)
    assert (e > 0).all()
    assert abs(e.mean() - 1) * np.sqrt(N) < MOST_Z
    assert stats.kstest(e, "expon").pvalue > LEAST_P


def test_normals_are_normal_and_two_events_of_one_user_are_independent() -> None:
    """Box and Muller 1958: N(0, 1); events k use the uniforms 2k and 2k + 1 and share none."""
    key = draws.stream(2, "trait")
    first, second = draws.normals(key, WHO, 0), draws.normals(key, WHO, 1)
    for z in (first, second):
        assert stats.kstest(z, "norm").pvalue > LEAST_P
        assert abs((z**2).mean() - 1) * np.sqrt(N / 2) < MOST_Z
    for one, other in ((first, second), (first**2, second**2)):
        assert abs(np.corrcoef(one, other)[0, 1]) * np.sqrt(N) < MOST_Z


def test_a_name_is_its_hash_and_stays_so() -> None:
    """named(text) is the first 8 bytes of BLAKE2b-64, little-endian: the same on every machine and in every version."""
    for text in ("", "data-breach", "schöne Grüße", "a" * 1000):
        digest = hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest()
        assert int(draws.named(text)) == sum(byte << 8 * place for place, byte in enumerate(digest))
    assert int(draws.named("data-breach")) == GOLDEN["named"]
    assert draws.stream(1, "share") == draws.named("1/share")
    assert draws.stream(np.int64(1), "share") == draws.stream(1, "share")
    assert draws.stream(1, "share") != draws.stream(-1, "share")


def test_seeds_derived_for_replicates_differ() -> None:
    """63 bits each: among 3 x 10,000 the chance of two equal ones is 5e-11."""
    seeds = {draws.derive(1, what, i) for what in ("network", "people", "events") for i in range(10_000)}
    assert len(seeds) == 30_000
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_generators_of_two_purposes_are_independent_and_repeat() -> None:
    one = draws.generator(1, "network").random(N)
    assert np.array_equal(one, draws.generator(1, "network").random(N))
    for seed, purpose in ((1, "people"), (2, "network")):
        assert_independent(one, draws.generator(seed, purpose).random(N))


# Numbers that must never change: with them every saved run and every published figure would. They were checked against
# `plain` above.
GOLDEN = {
    "named": 13041478533521158351,
    "uniform": (0.20183998043316265, 0.5008901707241328, 0.2698281013565652),
    "exponential": 0.10960313710091818,
    "normal": -0.681981932340856,
    "derive": 4810305331250501948,
}


def test_the_numbers_are_those_of_the_first_version() -> None:
    key = draws.stream(1, "share")
    assert tuple(draws.uniforms(key, [0, 1, 10**6], [0, 5, 719])) == GOLDEN["uniform"]
    assert draws.exponentials(key, 2, 3).item() == pytest.approx(GOLDEN["exponential"], rel=1e-15)
    assert draws.normals(key, 2, 3).item() == pytest.approx(GOLDEN["normal"], rel=1e-14)
    assert draws.derive(1, "network", 2) == GOLDEN["derive"]
