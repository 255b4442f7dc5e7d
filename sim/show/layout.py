"""Where each user stands in the picture of a network: own ForceAtlas2 with linear-log forces, from a spectral start.

    places = positions(graph.start, graph.heard)       # f8[n, 2] within the unit circle

Communities have to be told apart, else the picture is a blob. Linear-log forces do that (Noack 2009,
doi:10.1103/PhysRevE.79.026102), and a start from the slow directions of a walk along the ties lets few steps suffice.
Nothing is drawn from the clock or from the order of threads: the same network gives the same picture. Users without
ties stand at the rim.
Source: Jacomy, Venturini, Heymann & Bastian 2014, doi:10.1371/journal.pone.0098679
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import compiled, compiled_with_arrays
from sim.world import draws

STEPS = 100  # of the forces; more change no picture
_WALK, _WALK_PER_CALL = 400, 10  # steps of the walk that finds the start
_BLOCK = 6  # directions that are followed to find the two slowest
_LONGEST = 1.4  # length of the picture over its width
_REPULSION, _GRAVITY = 1.0, 0.12
_JITTER_TOLERANCE = 1.0
_STEPS_PER_CALL = 8  # of 3,000 users: below a fifth of a second, so that Ctrl-C is heard


def positions(start: np.ndarray, heard: np.ndarray, *, steps: int = STEPS) -> np.ndarray:
    """Places of users, f8[n, 2], within the unit circle.

    start i8[n+1], heard u4[m]: user i listens to heard[start[i]:start[i+1]]; ties count in both directions.
    The largest connected part stands in the middle, the others in rings around it, users without ties at the rim.
    Takes time with n squared: about .5 s for 2,000 users. Meant for at most some 5,000.
    """
    n = len(start) - 1
    first, second = _both_ends(start, heard)
    parts = _connected_parts(first, second, n)
    radius = [math.sqrt(len(part)) for part in parts]
    middles, outer = _rings(radius)
    places = np.empty((n, 2))
    rank = np.empty(n, dtype=np.int64)
    part_of = np.empty(n, dtype=np.int64)
    for number, part in enumerate(parts):
        part_of[part] = number
        rank[part] = np.arange(len(part))
    order = np.argsort(part_of[first], kind="stable")  # ties by part, still sorted by their first end
    first, second = first[order], second[order]
    cuts = np.searchsorted(part_of[first], np.arange(len(parts) + 1))
    for number, part in enumerate(parts):
        ties = slice(cuts[number], cuts[number + 1])
        inner = _forced(rank[first[ties]], rank[second[ties]], len(part), steps)
        places[part] = middles[number] + 0.9 * radius[number] * inner
    return places / outer


def _both_ends(start: np.ndarray, heard: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every tie once in each direction, loops left out: first and second end, sorted by the first."""
    n = len(start) - 1
    row = np.repeat(np.arange(n, dtype=np.int64), np.diff(start))
    other = np.asarray(heard, dtype=np.int64)
    keys = np.unique(np.concatenate([row * n + other, other * n + row])) if n else np.zeros(0, np.int64)
    first, second = np.divmod(keys, max(n, 1))
    kept = first != second
    return first[kept], second[kept]


def _connected_parts(first: np.ndarray, second: np.ndarray, n: int) -> list[np.ndarray]:
    """The rows of each connected part, the largest part first; each user takes the lowest name in its part."""
    name = np.arange(n)
    while True:
        lowest = name.copy()
        np.minimum.at(lowest, first, name[second])
        lowest = lowest[lowest]  # halves the way to the lowest name
        if np.array_equal(lowest, name):
            break
        name = lowest
    order = np.argsort(name, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(name[order])) + 1) if n else []
    return sorted(parts, key=lambda part: -len(part))


def _rings(radius: list[float]) -> tuple[np.ndarray, float]:
    """Middles of discs of falling size, f8[k, 2]: the first in the middle, the others in rings; and the outer radius."""
    middles = np.zeros((len(radius), 2))
    outer = radius[0] if radius else 1.0
    at = 1
    while at < len(radius):
        ring = outer + radius[at] * 1.15
        used, end = 0.0, at
        while end < len(radius) and used < 2.0 * math.pi:
            used += 2.0 * math.asin(min(1.0, 1.15 * radius[end] / ring))
            end += 1
        end = max(at + 1, end - (used > 2.0 * math.pi))
        angles = np.array([2.0 * math.asin(min(1.0, 1.15 * r / ring)) for r in radius[at:end]])
        middle = (np.cumsum(angles) - angles / 2) * 2.0 * math.pi / angles.sum()
        middles[at:end] = ring * np.column_stack([np.cos(middle), np.sin(middle)])
        outer = ring + radius[at] * 1.15
        at = end
    return middles, outer


def _forced(first: np.ndarray, second: np.ndarray, n: int, steps: int) -> np.ndarray:
    """Places of n users who hang together, within the unit circle."""
    if n < 3:
        return np.array([[0.0, 0.0], [0.8, 0.0]])[:n] - (n == 2) * np.array([0.4, 0.0])
    start = np.searchsorted(first, np.arange(n + 1)).astype(np.int64)
    ends = second.astype(np.int64)
    xy = _spectral(start, ends, n)
    x, y = (np.ascontiguousarray(xy[:, k], dtype=np.float32) for k in (0, 1))
    mass = (np.diff(start) + 1).astype(np.float32)
    force, before = np.zeros((2, n), np.float32), np.zeros((2, n), np.float32)
    speed = np.ones(1)
    for done in range(0, steps, _STEPS_PER_CALL):
        count = min(_STEPS_PER_CALL, steps - done)
        _pull_and_push(start, ends, x, y, mass, force[0], force[1], before[0], before[1], speed, count)
    return _within_circle(np.column_stack([x, y]).astype(np.float64))


def _spectral(start: np.ndarray, ends: np.ndarray, n: int) -> np.ndarray:
    """The two slowest directions of a lazy walk along the ties, f8[n, 2], spread about as wide as forces would.

    Block power iteration on (I + D^-1/2 A D^-1/2) / 2 with the trivial direction taken out, then Rayleigh and Ritz.
    """
    width = min(_BLOCK, n - 1)
    block = draws.normals(draws.stream(0, "layout"), np.arange(n)[:, None], np.arange(width)[None, :])
    block = np.ascontiguousarray(block.reshape(n, width))
    root = np.sqrt(np.diff(start).astype(np.float64))
    trivial = (root / np.linalg.norm(root))[:, None]
    for _ in range(_WALK // _WALK_PER_CALL):
        block = _walk(start, ends, root, block, _WALK_PER_CALL)
        block -= trivial @ (trivial.T @ block)
        block, _ = np.linalg.qr(block)
    small = block.T @ _walk(start, ends, root, block, 1)
    _, vectors = np.linalg.eigh((small + small.T) / 2)
    slow = block @ vectors[:, ::-1][:, :2] / root[:, None]
    # ranks keep one far-off group from pressing all others into a point
    ranked = np.argsort(np.argsort(slow, axis=0, kind="stable"), axis=0, kind="stable") / n - 0.5
    return 2.0 * math.sqrt(n) * ranked


@compiled_with_arrays
def _walk(start, ends, root, block, steps):  # type: ignore[no-untyped-def]
    """Some steps of the lazy walk, (I + D^-1/2 A D^-1/2) / 2, on all columns of block f8[n, k]; root f8[n] = D^1/2."""
    n, width = block.shape
    now = block.copy()
    for _ in range(steps):
        new = np.empty((n, width))
        for i in range(n):
            for k in range(width):
                new[i, k] = 0.0
            for place in range(start[i], start[i + 1]):
                j = ends[place]
                for k in range(width):
                    new[i, k] += now[j, k] / root[j]
            for k in range(width):
                new[i, k] = 0.5 * (now[i, k] + new[i, k] / root[i])
        now = new
    return now


@compiled
def _pull_and_push(start, ends, x, y, mass, fx, fy, bx, by, speed, steps):  # type: ignore[no-untyped-def]
    """Some steps of ForceAtlas2 in its linear-log mode with adapting speed; x and y are moved in place.

    start i8[n+1], ends i8[m]: ties in both directions;  x, y f4[n];  mass f4[n] number of ties + 1
    fx, fy f4[n] force;  bx, by f4[n] force of the step before;  speed f8[1]

        repulsion of i and j   _REPULSION mass_i mass_j / distance
        pull of a tie          log(1 + distance)
        gravity                _GRAVITY mass, toward the middle

    The sum over j runs outside, so that every lane of the inner loop has a sum of its own: it vectorises without
    reordering any addition. Draws nothing.
    """
    n = len(mass)
    for _ in range(steps):
        for i in range(n):
            bx[i], by[i] = fx[i], fy[i]
            r = math.sqrt(x[i] * x[i] + y[i] * y[i]) + np.float32(1e-6)
            g = np.float32(_GRAVITY) * mass[i] * np.float32(math.sqrt(n)) / np.float32(r)
            fx[i], fy[i] = -g * x[i], -g * y[i]
        for j in range(n):
            xj, yj, push = x[j], y[j], np.float32(_REPULSION) * mass[j]
            for i in range(n):
                dx, dy = x[i] - xj, y[i] - yj
                w = push * mass[i] / (dx * dx + dy * dy + np.float32(1e-2))
                fx[i] += dx * w
                fy[i] += dy * w
        for i in range(n):
            for place in range(start[i], start[i + 1]):
                j = ends[place]
                dx, dy = x[j] - x[i], y[j] - y[i]
                d = np.float32(math.sqrt(dx * dx + dy * dy)) + np.float32(1e-6)
                w = np.float32(math.log1p(d)) / d * np.float32(4.0)
                fx[i] += dx * w
                fy[i] += dy * w
        swing, traction = 0.0, 0.0
        for i in range(n):
            sx, sy, tx, ty = fx[i] - bx[i], fy[i] - by[i], fx[i] + bx[i], fy[i] + by[i]
            swing += mass[i] * math.sqrt(sx * sx + sy * sy)
            traction += mass[i] * 0.5 * math.sqrt(tx * tx + ty * ty)
        if swing > 0.0:
            wanted = _JITTER_TOLERANCE * traction / swing
            speed[0] += min(wanted - speed[0], 0.5 * speed[0])
        for i in range(n):
            sx, sy = fx[i] - bx[i], fy[i] - by[i]
            own = np.float32(speed[0] / (1.0 + math.sqrt(speed[0] * mass[i] * math.sqrt(sx * sx + sy * sy))))
            x[i] += own * fx[i]
            y[i] += own * fy[i]


def _within_circle(xy: np.ndarray) -> np.ndarray:
    """Centred, not too long, and scaled to the unit circle; the few that stand far off are drawn in."""
    xy = xy - np.median(xy, axis=0)
    values, axes = np.linalg.eigh(np.cov(xy.T))
    stretch = min(2.0, max(1.0, math.sqrt(values[1] / max(values[0], 1e-12)) / _LONGEST))
    xy = xy @ (axes * [stretch, 1.0]) @ axes.T
    radius = np.hypot(xy[:, 0], xy[:, 1])
    scaled = radius / max(np.quantile(radius, 0.99), 1e-9)
    drawn_in = np.where(scaled <= 1.0, scaled, 1.15 - 0.15 * np.exp(1.0 - scaled)) / 1.15
    return xy * np.divide(drawn_in, radius, out=np.zeros_like(radius), where=radius > 0)[:, None]
