"""A second look at one moment: what is seen is summed anew after something changed users outside the compiled loop."""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled
from sim.dynamics import state as s
from sim.dynamics.observe import write_row
from sim.dynamics.state import BLOCK, BLOCK_SIZE, OWN, SIDE, STEP
from sim.dynamics.talk import (
    S_OWN,
    S_TRUST,
    SUM_JOINED,
    SUM_LEFT,
    SUM_OWN,
    SUM_PULL,
    SUM_TALK,
    SUM_TIME,
    SUM_TRUST,
    Bench,
    block_sum,
    observe_block,
    own_trust_block,
)  # fmt: skip
from sim.dynamics.tick import add_blocks, keep_lowest
from sim.dynamics.trust import fades_at


@compiled
def look_blocks(
    first_block, last_block, n_users, trust, columns, flags, fades, low, high, scratch, lanes, work, sums, counts
):  # fmt: skip
    """Fill the sums and counts of a range of blocks with what stands now; moves no one. See `talk.talk_block`.

    trust f4[padded], expressed trust now. Own trust is taken as it is stored, so that the books close to the last bit.
    """
    for block in range(first_block, last_block):
        users = columns[block * BLOCK_SIZE : (block + 1) * BLOCK_SIZE]
        first = block * BLOCK
        own_trust_block(users, fades, scratch)
        for k in range(BLOCK):
            scratch[k + S_OWN] = users[k + OWN]
            scratch[k + S_TRUST] = trust[first + k]
        here = flags[first : first + BLOCK]
        observe_block(min(BLOCK, n_users - first), here, scratch, low, high, work, sums[block], counts)
        sums[block, 0, SUM_TRUST] = block_sum(scratch, S_TRUST, lanes)
        sums[block, 0, SUM_OWN] = block_sum(scratch, S_OWN, lanes)
        for which in (SUM_TIME, SUM_PULL, SUM_TALK, SUM_JOINED, SUM_LEFT):
            sums[block, 0, which] = 0.0


@compiled
def rewrite_row(n_blocks, sums, counts, state, clock, trust, lowest, rows):
    """Add up the blocks in their order and write the latest row again; `lowest` as in `tick.close_step`."""
    add_blocks(n_blocks, sums)
    total = sums[0]
    keep_lowest(total, state, clock, trust, lowest)
    state[STEP] -= 1
    write_row(total, counts, state, clock, rows)
    state[STEP] += 1


def look_again(engine) -> None:
    """Write the latest row of what is seen anew, from what stands now. Only at the end of a talk step."""
    fades = fades_at(engine.now, engine.clock[s.CLOCK_BASE], engine.times)
    trust = engine.trust[engine.state[SIDE]]

    def part(first: int, last: int, bench: Bench) -> None:
        look_blocks(
            first, last, engine.n, trust, engine.columns, engine.flags, fades, engine.clock[s.GROUP_LOW],
            engine.clock[s.GROUP_HIGH], bench.scratch, bench.lanes, bench.work, engine.sums, bench.counts
        )  # fmt: skip

    engine.crew.spread(part)
    rewrite_row(
        np.int64(len(engine.sums)), engine.sums, engine.crew.counts_together(), engine.state, engine.clock, engine.trust,
        engine.lowest, engine.rows
    )  # fmt: skip
