"""The threads that answer gRPC calls: few as long as calls are answered at once, more while some of them wait.

A call may hold its thread for long: its answer is delayed, or its client has sent no message yet. A fixed pool would then starve
the others, and one thread a call in flight costs half the throughput, because all of them want the interpreter. So a thread is
added only when calls have waited for ``PATIENCE`` and none was begun meanwhile; one that nobody needs any more ends by itself.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = 2
MOST = 1000
PATIENCE = 0.02
"""Seconds that calls wait before threads are added."""
LINGER = 1.0
"""Seconds without work after which an added thread ends."""

Task: TypeAlias = "tuple[Callable[..., object], tuple[Any, ...]]"


class Workers:
    """Threads that start with the first of ``start`` and are gone when ``stop`` returns."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._threads: set[Thread] = set()
        self._begun = 0
        self._crowded = Event()
        self._over = Event()
        self._watch = Thread(target=self._look_after, name="jobstates-port-watch", daemon=True)

    def start(self) -> None:
        """Start the few threads that stay."""
        self._add(KEPT, None)
        self._watch.start()

    def submit(self, task: Callable[..., object], /, *arguments: Any) -> None:  # noqa: ANN401  # as executors do
        """Have a thread call ``task``: all that grpc asks of a pool of threads."""
        self._tasks.put((task, arguments))
        if not self._crowded.is_set():
            self._crowded.set()

    def stop(self) -> None:
        """End all threads, each when it is done with its call."""
        self._over.set()
        self._crowded.set()
        self._watch.join()
        threads = list(self._threads)
        for _ in threads:
            self._tasks.put(None)
        for thread in threads:
            thread.join()

    def _add(self, number: int, linger: float | None) -> None:
        for _ in range(number):
            thread = Thread(target=self._work, args=(linger,), name="jobstates-port-worker", daemon=True)
            self._threads.add(thread)
            thread.start()
            # Threads end in their own time; forgetting them here keeps that free of locks.
        self._threads -= {thread for thread in list(self._threads) if not thread.is_alive()}

    def _work(self, linger: float | None) -> None:
        while (task := self._next(linger)) is not None:
            self._begun += 1
            call, arguments = task
            call(*arguments)
            del task, call, arguments

    def _next(self, linger: float | None) -> Task | None:
        try:
            return self._tasks.get(timeout=linger)
        except Empty:
            return None

    def _look_after(self) -> None:
        while self._crowded.wait() and not self._over.is_set():
            self._crowded.clear()
            begun = self._begun
            self._over.wait(PATIENCE)
            waiting = self._tasks.qsize()
            if waiting and self._begun == begun:
                self._add(min(waiting, MOST - len(self._threads)), LINGER)
            if waiting:
                self._crowded.set()
