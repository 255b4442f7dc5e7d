"""What happens next: a binary heap of pending events, ordered by (time, act, user), so that nothing depends on ticks."""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled, compiled_into
from sim.dynamics.state import QUEUE_SIZE


@compiled_into
def before(a, b):
    """True when pending event a comes before b; never a tie between two users or two acts."""
    if a.time != b.time:
        return a.time < b.time
    if a.act != b.act:
        return a.act < b.act
    return a.user < b.user


@compiled_into
def sink(queue, size, place):
    """Restore the order of the heap below a place."""
    while True:
        child = 2 * place + 1
        if child >= size:
            return
        if child + 1 < size and before(queue[child + 1], queue[child]):
            child += 1
        if not before(queue[child], queue[place]):
            return
        swap(queue, place, child)
        place = child


@compiled_into
def swap(queue, a, b):
    """Exchange two entries."""
    time, act, user, hop = queue[a].time, queue[a].act, queue[a].user, queue[a].hop
    queue[a] = queue[b]
    queue[b].time, queue[b].act, queue[b].user, queue[b].hop = time, act, user, hop


@compiled_into
def put(heap, state, size, time, act, user, hop):
    """Put an entry into a heap whose size stands in state[size]. There must be room."""
    place = state[size]
    state[size] += 1
    heap[place].time, heap[place].act, heap[place].user, heap[place].hop = time, act, user, hop
    while place > 0:
        parent = (place - 1) // 2
        if not before(heap[place], heap[parent]):
            return
        swap(heap, place, parent)
        place = parent


@compiled_into
def drop(heap, state, size):
    """Take the first entry out of a heap whose size stands in state[size]."""
    state[size] -= 1
    heap[0] = heap[state[size]]
    sink(heap, state[size], np.int64(0))


@compiled
def push(queue, state, time, act, user, hop):
    """Put an event into the queue of what happens next. There must be room."""
    put(queue, state, QUEUE_SIZE, time, act, user, hop)


@compiled_into
def drop_first(queue, state):
    """Take the first event out of that queue."""
    drop(queue, state, QUEUE_SIZE)
