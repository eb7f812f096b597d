"""One thread that does all the work of a model, and hands over piece by piece what it makes."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from queue import SimpleQueue
from threading import Event, Thread, current_thread
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Worker:
    """Run generators one after the other, all in one thread, which ends with this object or with the program.

    Args:
        at_end: What that thread does last.
    """

    def __init__(self, at_end: Callable[[], None]) -> None:
        self._jobs: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._ending = Event()
        # Not one that the program waits for at its end: it would wait for answers that nobody reads any more.
        thread = Thread(target=_work, args=(self._jobs, at_end), name="mlx", daemon=True)
        thread.start()
        weakref.finalize(self, _end, self._jobs, self._ending, thread)

    def start(self, produce: Callable[[], Generator[T, None, None]]) -> Job[T]:
        """Return what will read the pieces that a generator makes in the thread."""
        job = Job(produce, self._ending)
        self._jobs.put(job)
        return job


class Job(Generic[T]):
    """Pass on what a generator in another thread yields.

    The reader may stop early, or not read at all, without holding up that thread: pieces wait in a queue.

    Args:
        produce: Makes the generator.
        ending: Is set when no job is wanted any more.
    """

    def __init__(self, produce: Callable[[], Generator[T, None, None]], ending: Event) -> None:
        self._produce = produce
        self._ending = ending
        self._unwanted = Event()
        self._pieces: SimpleQueue[T | _LastPiece] = SimpleQueue()

    def run(self) -> None:
        """Make the pieces until there are no more, or nobody wants them."""
        error: BaseException | None = None
        try:
            if not self._is_over():
                with closing(self._produce()) as pieces:
                    for piece in pieces:
                        self._pieces.put(piece)
                        if self._is_over():
                            break
        except BaseException as raised:
            error = raised
        self._pieces.put(_LastPiece(error))

    def __iter__(self) -> Iterator[T]:
        """Yield the pieces; an error of the other thread is raised here."""
        try:
            while not isinstance(piece := self._pieces.get(), _LastPiece):
                yield piece
            if piece.error is not None:
                raise piece.error
        finally:
            self.stop()

    def stop(self) -> None:
        """Let the other thread stop at the next piece."""
        self._unwanted.set()

    def _is_over(self) -> bool:
        return self._unwanted.is_set() or self._ending.is_set()


class _LastPiece:
    """Mark the end of the pieces, and why they end."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def _work(jobs: SimpleQueue[Job[Any] | None], at_end: Callable[[], None]) -> None:
    while (job := jobs.get()) is not None:
        job.run()
        del job  # it holds the model, while this thread waits for the next one
    at_end()


def _end(jobs: SimpleQueue[Job[Any] | None], ending: Event, thread: Thread) -> None:
    ending.set()
    jobs.put(None)
    if thread is not current_thread():
        thread.join()
