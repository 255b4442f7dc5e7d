"""How far posts of users spread: E6."""

from __future__ import annotations

from functools import partial

import numpy as np

from sim.dynamics.cascade import cascades
from sim.study.evidence.estimates import share_of
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import FITTED, Curve, Found, Number, Row
from sim.world import draws
from sim.world.graph import generate

_LARGE = 100  # re-shares of what counts as a large cascade


def _tell(plan: Plan, posts: int, done: int) -> None:
    plan.tick(done / posts)


def _sizes(plan: Plan) -> Found:
    """Stories as users post them, on networks of 50,000: virality lognormal, hazard V / kappa per hearing, which fades."""
    p, networks = plan.numbers, plan.pick(4, 1)
    users, posts = plan.pick((50_000, 90_000), (20_000, 30_000))
    size, depth = [], []
    for number, seeds in enumerate(plan.seeds(networks)):
        part = plan.part(number, networks)
        graph = generate("powerlaw_cluster", users=users, seed=seeds.network, ties=5)
        purpose = draws.generator(seeds.events, "evidence cascades")
        authors = purpose.integers(0, users, posts)
        virality = p.virality_mean * np.exp(
            p.virality_sigma * (purpose.standard_normal(posts) - p.virality_sigma / 2)
        )  # mean virality_mean
        chance = -np.expm1(-virality / graph.mean_listeners_of_reached())
        key = draws.stream(seeds.events, "evidence cascades")
        told = partial(_tell, part, posts)
        done = cascades(graph, authors, chance, key, fade=p.virality_fade, progress=told)
        size.append(done.sizes)
        depth.append(done.depths)
    sizes, depths = np.concatenate(size) - 1, np.concatenate(depth)
    hits = (depths == 0, depths == 1, depths > 1, sizes >= _LARGE)
    at = np.unique(np.round(np.logspace(0, np.log10(max(2, sizes.max())), 40)))
    line = Curve("user posts", list(at), [100 * float(np.mean(sizes >= k)) for k in at])
    return Found(
        tuple(share_of(int(hit.sum()), len(sizes), 100.0) for hit in hits), (line,),
        "re-shares", "posts with as many or more, %", log_x=True, log_y=True
    )  # fmt: skip


ROWS = (
    Row(
        "E6",
        "Most posts are never re-shared, a few go one hop, very few become large cascades.",
        "Goel, Watts & Goldstein 2012, doi:10.1145/2229012.2229058 (95 %, 3 %, 1-4 %, one in 4,000)",
        FITTED,
        "90,000 posts of users on each of four networks of 50,000 (powerlaw_cluster, 5 ties each), whatever the trust of "
        "those who hear; small size: 30,000 posts on one of 20,000.",
        (
            Number("never re-shared", 90.0, 96.0, "%"),
            Number("re-shared at one hop only", 2.0, 8.0, "%"),
            Number("re-shared further", 0.5, 4.0, "%", 2),
            Number(f"re-shared by {_LARGE} or more", 0.01, 0.06, "%", 3),
        ),
        _sizes,
    ),
)
