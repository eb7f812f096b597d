"""Objects inside objects inside …, which C code follows by recursion until the stack of the process overflows.

CPython bounds the depth of Python calls and of containers, but not that of iterators made of iterators (`x = map(f, x)`
in a loop), and neither of a few others. However they are built, the garbage collector knows them. So while actions run,
each of its collections looks at what is new; many such objects are reason to measure how deep they are nested. An
action that nests too deep is stopped, and what it has built is taken apart piece by piece.
"""

from __future__ import annotations

import gc
import itertools
import sys
import types
from _thread import get_ident
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from functools import cmp_to_key, partial
from operator import attrgetter, itemgetter, methodcaller
from time import monotonic
from typing import Any

# CPython crashes from some 30,000 levels on, in a thread with a stack of 8 MB.
MAX_DEPTH = 3000
# So many of these objects are made from one measurement to the next.
FEW = 2000
# Levels that are freed at once.
PIECE = 500
# Seconds after which a collection is no usual one.
LONG = 2.0
# Only one object of so many is looked at to tell whether there are any.
SAMPLE = 8
SMALL = 64

PRONE: frozenset[type] = frozenset(
    {
        *(kind for kind in vars(itertools).values() if isinstance(kind, type)),
        *map(type, (iter(int, 1), itertools.tee(())[0], cmp_to_key(max)(1), iter(deque()), reversed([]))),
        map, filter, zip, enumerate, reversed, property, staticmethod, classmethod, slice, super, deque, defaultdict,
        partial, attrgetter, itemgetter, methodcaller, types.MethodType, types.GenericAlias, types.UnionType,
        types.MappingProxyType, types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType,
    }
)  # fmt: skip
LINKS: frozenset[type] = frozenset(
    {list, tuple, dict, set, frozenset, types.CellType, *map(type, (iter([]), iter(()), {}.values(), {}.items()))}
)


class Sentry:
    """Watch the collections of the process while actions run.

    Args:
        stop: Ends the action of the current thread, and tells whether there is one.
    """

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop
        self._thread_id: int | None = None  # of the thread that runs a collection just now
        self._since = 0.0
        self._new = 0
        self._kept: list[Any] = []

    def begin(self) -> None:
        """Watch from now on."""
        if self._kept:
            self.release()
        if self.collecting not in gc.callbacks:
            gc.callbacks.insert(0, self.collecting)  # before anybody else's, and after them
            gc.callbacks.append(self.collected)

    def end(self) -> None:
        """Stop watching."""
        for callback in (self.collecting, self.collected):
            if callback in gc.callbacks:
                gc.callbacks.remove(callback)
        self._thread_id = None

    def collecting(self, phase: str, _: dict[str, int]) -> None:
        """Look at what was made since the last collection."""
        if phase != "start":
            return
        self._thread_id, self._since = get_ident(), monotonic()
        young = gc.get_objects(generation=0)
        if PRONE.isdisjoint(map(type, young[::SAMPLE])):
            return
        self._new += sum(map(PRONE.__contains__, map(type, young)))
        del young
        if self._new >= FEW:
            self._measure()

    def collected(self, phase: str, _: dict[str, int]) -> None:
        """Note the end of a collection."""
        if phase == "stop":
            self._thread_id = None

    def collects(self, thread_id: int) -> bool:
        """Tell whether a thread runs a collection just now: an exception would end in somebody's callback.

        One that takes long is left to its fate. The guest may be what holds it up.
        """
        return self._thread_id == thread_id and monotonic() - self._since < LONG

    def _measure(self) -> None:
        # What is deep is built step by step, so its newest part is young; what other sessions hold is not looked at.
        young = [*gc.get_objects(generation=0), *gc.get_objects(generation=1)]
        found = nesting([item for item in young if type(item) in PRONE])
        self._new = 0
        if max((depth for depth, _ in found.values()), default=0) > MAX_DEPTH and self._stop():
            # Freeing one end of a chain frees all of it at once, unless some of its links are held.
            held = [(depth, item) for depth, item in found.values() if depth and depth % PIECE == 0]
            held.sort(key=lambda link: -link[0])
            self._kept += [item for _, item in held]

    def release(self) -> None:
        """Let go of what nothing else refers to any more, from the outside in."""
        kept, self._kept = self._kept, []
        kept.reverse()
        while kept:
            item = kept.pop()
            if sys.getrefcount(item) > 2:
                self._kept.append(item)


def nesting(objects: list[Any]) -> dict[int, tuple[int, Any]]:
    """Return how many objects are inside each other below each one, and the object itself, by their ids."""
    found: dict[int, tuple[int, Any]] = {}
    for root in objects:
        if id(root) in found:
            continue
        found[id(root)] = 0, root
        pending = [(root, _inside(root))]
        while pending:
            item, parts = pending[-1]
            for part in parts:
                if id(part) not in found:
                    found[id(part)] = 0, part
                    pending.append((part, _inside(part)))
                    break
            else:
                pending.pop()
                inner = max((found[id(part)][0] for part in _inside(item)), default=0)
                found[id(item)] = inner + (type(item) in PRONE), item
    return found


def _inside(item: Any) -> Iterator[Any]:
    """Yield the parts of an object that C code could go on to."""
    kind = type(item)
    if kind in LINKS and kind is not types.CellType and hasattr(kind, "__len__") and len(item) > SMALL:
        return
    for part in gc.get_referents(item):
        inner = type(part)
        if inner in PRONE or inner in LINKS:
            yield part
        elif inner is types.FunctionType:
            yield from (held for held in (part.__closure__, part.__defaults__) if held is not None)
