"""A small memory of things that are dear to make: each is made once, by whoever asks first, and the oldest go first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Once(Generic[Made]):
    """At most `most` things by key, and at most `size` in total (as `size_of` says) when there are several."""

    def __init__(self, most: int, size: float = float("inf"), size_of: Callable[[Made], float] = lambda _: 0.0):
        self._most, self._size, self._size_of = most, size, size_of
        self._kept: OrderedDict[Hashable, Future[Made]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The thing of a key, made when it is not there; others who ask for it meanwhile wait."""
        with self._lock:
            future = self._kept.get(key)
            ours = future is None
            if future is None:
                future = self._kept[key] = Future()
            self._kept.move_to_end(key)
        if not ours:
            return future.result()
        try:
            made = make()
        except BaseException as problem:
            with self._lock:
                self._kept.pop(key, None)
            future.set_exception(problem)
            raise
        future.set_result(made)
        self._let_go()
        return made

    def _let_go(self) -> None:
        with self._lock:
            ready = [future.result() for future in self._kept.values() if future.done() and not future.exception()]
            total = sum(map(self._size_of, ready))
            while len(self._kept) > 1 and (len(self._kept) > self._most or total > self._size):
                _, gone = self._kept.popitem(last=False)
                total -= self._size_of(gone.result()) if gone.done() and not gone.exception() else 0.0
