# ruff: noqa: E501 (programs as agents write them)
# fmt: off
"""Programs of the kind that agents write: classes of all sorts, decorators, context managers and exceptions."""

PROGRAMS = {
    "inventory": ("""
from dataclasses import dataclass, field, asdict
from typing import Optional
@dataclass(order=True)
class Item:
    sort_index: float = field(init=False, repr=False)
    name: str
    price: float
    quantity: int = 0
    tags: list[str] = field(default_factory=list, compare=False)
    _secret: Optional[str] = field(default=None, repr=False)
    def __post_init__(self):
        self.sort_index = self.price * self.quantity
    @property
    def total(self) -> float:
        return self.price * self.quantity
class Inventory:
    def __init__(self): self._items: dict[str, Item] = {}
    def add(self, item: Item) -> None:
        if item.name in self._items: self._items[item.name].quantity += item.quantity
        else: self._items[item.name] = item
    def __iter__(self): return iter(self._items.values())
    def __len__(self): return len(self._items)
    def __contains__(self, name): return name in self._items
inv = Inventory()
for n, p, q in [("bolt", .25, 100), ("nut", .1, 500), ("gear", 12.5, 4), ("bolt", .25, 20)]:
    inv.add(Item(n, p, q, tags=[n[0]]))
for item in sorted(inv): print(f"{item.name:<6}|{item.price:>8.2f}|{item.quantity:^6}|{item.total:,.1f}")
print(asdict(next(iter(inv))), max(inv), "gear" in inv, len(inv))
[i.name for i in inv if i.total > 40]
""", None),
    "shapes": ("""
from abc import ABC, abstractmethod
import math
class Shape(ABC):
    registry: dict = {}
    def __init_subclass__(cls, /, kind=None, **kw):
        super().__init_subclass__(**kw)
        Shape.registry[kind or cls.__name__.lower()] = cls
    @property
    @abstractmethod
    def area(self): ...
    @abstractmethod
    def scale(self, k): ...
    def __lt__(self, other): return self.area < other.area
    def __repr__(self): return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in vars_of(self).items())})"
def vars_of(o): return {k: v for k, v in o.__dict__.items() if not k.startswith('_')}
class Circle(Shape, kind="round"):
    def __init__(self, r): self.r = r
    @property
    def area(self): return math.pi * self.r ** 2
    def scale(self, k): return Circle(self.r * k)
class Rect(Shape):
    def __init__(self, w, h): self.w, self.h = w, h
    @property
    def area(self): return self.w * self.h
    def scale(self, k): return self.__class__(self.w * k, self.h * k)
try: Shape()
except TypeError as e: print(type(e).__name__, "abstract" in str(e))
shapes = [Circle(1), Rect(2, 3), Rect(1, 1).scale(2)]
print(sorted(shapes), min(shapes).area, sorted(Shape.registry))
@Shape.register
class Foreign: pass
print(issubclass(Foreign, Shape), isinstance(Foreign(), Shape), Rect.__name__, Rect.__mro__[1] is Shape)
[c.__name__ for c in Rect.__mro__][:2]
""", None),
    "registered_numbers": ("""
import numbers
from collections.abc import Mapping, Sequence, Hashable, Callable
class Money:
    def __init__(self, cents): self.cents = cents
    def __hash__(self): return hash(self.cents)
numbers.Number.register(Money)
class Frozen:
    def __init__(self, **kw): self._d = kw
    def __getitem__(self, k): return self._d[k]
    def __iter__(self): return iter(self._d)
    def __len__(self): return len(self._d)
Mapping.register(Frozen)
class Table(Mapping):
    def __init__(self, d): self._d = dict(d)
    def __getitem__(self, k): return self._d[k]
    def __iter__(self): return iter(self._d)
    def __len__(self): return len(self._d)
t = Table({'a': 1, 'b': 2})
print(isinstance(Money(5), numbers.Number), isinstance(Frozen(a=1), Mapping), isinstance([], Sequence), isinstance(Money(1), Hashable))
print(dict(t), list(t.items()), t.get('zz', 0), 'a' in t, t == {'a': 1, 'b': 2}, isinstance(len, Callable))
{**t, 'c': 3}
""", None),
    "kinds_of_iterators": ("""
m, f, z, e, r = map(str, [1]), filter(None, [1]), zip([1]), enumerate([1]), reversed([1])
print(isinstance(m, map), isinstance(f, filter), isinstance(z, zip), isinstance(e, enumerate), isinstance(r, map))
print(type(m) is map, type(z) is zip, type(e) is enumerate, type(f) is filter, type(range(3)) is range, type(range(3)) == range)
print(isinstance(range(5), range), isinstance(range(10**9), range), map, zip, range, filter, map.__name__)
def describe(x):
    match x:
        case range(start=a, stop=b): return f"range {a}..{b}"
        case map(): return "map"
        case bool(): return "bool"
        case int(n) | float(n): return f"number {n}"
        case str(s): return f"text {s}"
        case [first, *rest]: return f"list {first} {len(rest)}"
        case {"k": v, **others}: return f"dict {v} {others}"
        case None: return "nothing"
        case _: return type(x).__name__
print([describe(x) for x in (range(1, 5), m, True, 3, 2.5, "hi", [1, 2, 3], {"k": 1, "z": 2}, None, {1})])
kinds = {int: "i", str: "s", range: "r", type(None): "n", map: "m"}
[kinds[type(x)] for x in (1, "a", range(2), None, m)], callable(map), issubclass(bool, int), list(zip(*[(1, 2), (3, 4)], strict=True))
""", None),
    "generic_functions": ("""
from functools import singledispatch, singledispatchmethod
from collections.abc import Sequence
@singledispatch
def show(x): return f"object {x!r}"
@show.register
def _(x: int): return f"int {x}"
@show.register(float)
def _(x): return f"float {x:.2f}"
@show.register
def _(x: list | tuple): return "seq " + ",".join(show(i) for i in x)
@show.register(type(None))
def _(x): return "none"
class Shape: pass
class Square(Shape): pass
@show.register
def _(x: Shape): return "shape"
show.register(dict, lambda x: "dict " + str(sorted(x)))
class Formatter:
    @singledispatchmethod
    def fmt(self, x): raise NotImplementedError(type(x).__name__)
    @fmt.register
    def _(self, x: int): return f"<{x}>"
    @fmt.register(str)
    def _(self, x): return f"'{x}'"
    @singledispatchmethod
    @classmethod
    def make(cls, x): return (cls.__name__, x)
    @make.register
    @classmethod
    def _(cls, x: str): return (cls.__name__, int(x))
print(show(3), show(2.5), show([1, "a", None]), show(Square()), show({2: 1, 1: 2}), show("z"), show(True))
try: Formatter().fmt(2.0)
except NotImplementedError as e: print("not", e)
print(Formatter().fmt(5), Formatter().fmt("q"), Formatter.make(1), Formatter.make("7"))
show.dispatch(bool)(4), show.__name__, len(show.registry) > 4
""", None),
    "exceptions": ("""
class AppError(Exception):
    def __init__(self, message, code=500, **details):
        super().__init__(message)
        self.code = code
        self.details = details
    def __str__(self): return f"[{self.code}] {super().__str__()}"
class NotFound(AppError):
    def __init__(self, what): super().__init__(f"{what} not found", code=404, what=what)
def find(d, k):
    try: return d[k]
    except KeyError as e: raise NotFound(k) from e
try: find({}, "x")
except AppError as e:
    print(e, e.code, e.details, repr(e.__cause__), e.args, isinstance(e, NotFound))
try:
    try: 1 / 0
    except ZeroDivisionError: int("x")
except ValueError as e: print(type(e.__context__).__name__, e)
err = ValueError("bad", 3)
err.add_note("first"); err.add_note("second")
err.extra = {"a": 1}
try: raise err
except ValueError as caught: print(caught is err, caught.__notes__, caught.args, caught.extra)
def flow(n):
    try:
        if n == 0: return "try"
        if n == 1: raise RuntimeError("x")
        print("body", n)
    except RuntimeError as e: return f"except {e}"
    else: return "else"
    finally: print("finally", n)
print([flow(i) for i in range(3)])
try:
    raise ExceptionGroup("many", [ValueError("v"), TypeError("t"), ExceptionGroup("in", [KeyError("k")])])
except* ValueError as g: print("values", [str(x) for x in g.exceptions])
except* (TypeError, KeyError) as g: print("rest", len(g.exceptions))
try: assert 1 > 2, "math works"
except AssertionError as e: print("assert", e)
import json
try: json.loads('{"a": }')
except json.JSONDecodeError as e: print(e.msg, e.pos, e.lineno, isinstance(e, ValueError))
try: "abc".index("z")
except (ValueError, IndexError) as e: kind = type(e)
kind, kind.__name__, issubclass(NotFound, AppError)
""", None),
    "context_managers": ("""
from contextlib import contextmanager, ExitStack, suppress, nullcontext, closing, ContextDecorator, redirect_stdout
log = []
@contextmanager
def section(name, swallow=False):
    log.append(f"enter {name}")
    try: yield name.upper()
    except ValueError as e:
        log.append(f"caught {e}")
        if not swallow: raise
    finally: log.append(f"exit {name}")
class Timer(ContextDecorator):
    def __init__(self, label="t"): self.label = label; self._depth = 0
    def __enter__(self): self._depth += 1; log.append(self.label); return self
    def __exit__(self, exc_type, exc, tb):
        self._depth -= 1
        log.append((exc_type.__name__ if exc_type else None, str(exc), tb is None or True))
        return exc_type is KeyError
with section("a") as a, section("b", swallow=True) as b:
    log.append(a + b)
    raise ValueError("inner")
with Timer("k"): {}["missing"]
@Timer("deco")
def work(x): return x * 2
log.append(work(4))
with ExitStack() as stack:
    names = [stack.enter_context(section(n)) for n in "xy"]
    stack.callback(log.append, "callback")
    stack.push(lambda t, e, tb: log.append(type(e).__name__) or True)
    raise ValueError("late")
with suppress(ZeroDivisionError, KeyError): 1 / 0
with nullcontext(5) as five: log.append(five)
class Res:
    def close(self): log.append("closed")
with closing(Res()): pass
for entry in log: print(entry)
len(log)
""", None),
    "decorators": ("""
import functools, time
def retry(times=3, exceptions=(Exception,)):
    def decorate(func):
        @functools.wraps(func)
        def wrapper(*args, **kwargs):
            for attempt in range(1, times + 1):
                try: return func(*args, **kwargs)
                except exceptions as e:
                    wrapper.failures += 1
                    if attempt == times: raise
        wrapper.failures = 0
        return wrapper
    return decorate
def memoize(f):
    cache = {}
    @functools.wraps(f)
    def inner(*a):
        if a not in cache: cache[a] = f(*a)
        return cache[a]
    inner.cache = cache
    return inner
class CountCalls:
    def __init__(self, f): functools.update_wrapper(self, f); self.f, self.calls = f, 0
    def __call__(self, *a): self.calls += 1; return self.f(*a)
    def __get__(self, obj, cls=None): return functools.partial(self, obj) if obj is not None else self
state = {"n": 0}
@retry(times=4, exceptions=(ValueError,))
def flaky(limit: int = 2) -> str:
    "Fail a few times."
    state["n"] += 1
    if state["n"] <= limit: raise ValueError(state["n"])
    return f"ok after {state['n']}"
@memoize
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
class A:
    @CountCalls
    def m(self, x): return x + 1
    @functools.cached_property
    def heavy(self): state["n"] += 100; return state["n"]
    @functools.lru_cache(maxsize=8)
    def sq(self, x): return x * x
    add = functools.partialmethod(lambda self, a, b: a + b, 10)
a = A()
print(flaky(), flaky.failures, flaky.__name__, flaky.__doc__, flaky.__wrapped__.__name__, flaky.__annotations__)
print(fib(60), len(fib.cache), a.m(1), a.m(2), A.m.calls, a.heavy, a.heavy, a.sq(3), a.sq(3), A.sq.cache_info().hits, a.add(5))
@functools.lru_cache
def power(b, e=2): return b ** e
compose = lambda *fs: functools.reduce(lambda f, g: lambda x: f(g(x)), fs)
power(3), power.__wrapped__(4), power.cache_info().currsize, compose(str, lambda x: x + 1, abs)(-4), functools.partial(int, base=2)("110")
""", None),
    "operators_in_full": ("""
from functools import total_ordering
@total_ordering
class Vec:
    __slots__ = ("x", "y", "_cache")
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y, self._cache = x, y, None
    def __add__(self, o): return Vec(self.x + o.x, self.y + o.y)
    def __radd__(self, o): return self if o == 0 else NotImplemented
    def __sub__(self, o): return self + -o
    def __neg__(self): return Vec(-self.x, -self.y)
    def __mul__(self, k): return Vec(self.x * k, self.y * k) if isinstance(k, (int, float)) else self.x * k.x + self.y * k.y
    __rmul__ = __mul__
    def __matmul__(self, o): return self.x * o.y - self.y * o.x
    def __truediv__(self, k): return Vec(self.x / k, self.y / k)
    def __abs__(self): return (self.x ** 2 + self.y ** 2) ** .5
    def __bool__(self): return bool(self.x or self.y)
    def __eq__(self, o): return isinstance(o, Vec) and (self.x, self.y) == (o.x, o.y)
    def __lt__(self, o): return abs(self) < abs(o)
    def __hash__(self): return hash((self.x, self.y))
    def __iter__(self): yield from (self.x, self.y)
    def __getitem__(self, i): return (self.x, self.y)[i]
    def __len__(self): return 2
    def __contains__(self, v): return v in (self.x, self.y)
    def __call__(self, f): return Vec(f(self.x), f(self.y))
    def __format__(self, spec): return f"<{self.x:{spec or 'd'}},{self.y:{spec or 'd'}}>"
    def __repr__(self): return f"Vec({self.x}, {self.y})"
    def __iadd__(self, o): self.x += o.x; self.y += o.y; return self
    def __index__(self): return int(self.x)
    def __round__(self, n=0): return Vec(round(self.x, n), round(self.y, n))
    def __int__(self): return int(abs(self))
    def __divmod__(self, k): return self.x // k, self.y % k
    def __and__(self, o): return (self, o)
    def __invert__(self): return Vec(self.y, self.x)
a, b = Vec(3, 4), Vec(1, 2)
print(a + b, a - b, 2 * a, a * b, a @ b, -a, abs(a), a / 2, sum([a, b]), a == Vec(3, 4), a > b, max(a, b), bool(Vec(0, 0)))
print([*a], a[1], len(a), 3 in a, a(lambda v: v * 10), f"{a}", f"{a:.1f}", "{:03d}".format(a), [10, 20, 30, 40][a], int(a), divmod(a, 2), ~a, a & b)
x, y = a
c = a; c += b
match c:
    case Vec(0, 0): r = "origin"
    case Vec(x=vx, y=vy) if vx < vy: r = f"above {vx}"
    case _: r = "below"
try: a.z = 1
except AttributeError as e: print("slots", a.x)
del a._cache
(r, c is a, x, y, {Vec(1, 1): 1}[Vec(1, 1)], sorted([Vec(5, 5), Vec(1, 0)]), round(Vec(1.234, 5.678), 1), hasattr(a, "_cache"))
""", None),
}
