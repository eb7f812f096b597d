# ruff: noqa: E501 (programs as agents write them)
# fmt: off
"""Short programs of the kind that agents write, each about one thing."""

PROGRAMS = {
    "main_guard": ("""
def main(argv=None):
    '''Run.'''
    return len(argv or [])
if __name__ == "__main__":
    code = main(["a"])
    print("exit", code, main.__doc__, __name__)
code
""", None),
    "unpacking": ("""
a, (b, *c), d = 1, [2, 3, 4], {"k": 5}
*init, last = range(4)
x = y = z = []
x.append(1)
(p, q), r = (1, 2), 3
p, q = q, p
items = [[1, 2], [3, 4]]
for i, (m, n) in enumerate(items, start=1): print(i, m, n)
def f(*args, key=None, **rest): return args, key, rest
grid = [[0] * 3 for _ in range(2)]
grid[0][1], grid[1][2] = 5, 6
lst = list(range(10)); lst[::3] = "abcd"; lst[2:4] = []; del lst[-2:]
f(*init, *"ab", key=1, **d, **{"z": 0}), last, y, p, q, c, grid, lst, [*range(2), *"xy"], {**d, "k": 6}, {*init, 9} - {0}
""", None),
    "loops_with_else": ("""
def is_prime(n):
    for d in range(2, int(n ** .5) + 1):
        if n % d == 0: break
    else: return n > 1
    return False
n, steps = 10, []
while n:
    n -= 1
    if n % 3: continue
    steps.append(n)
    try:
        if n == 3: break
    finally: steps.append("f")
else: steps.append("else")
out = []
for i in range(3):
    for j in range(3):
        if j == i: break
        out.append((i, j))
it = iter([1, 2, 3, 0, 4])
[p for p in range(20) if is_prime(p)], steps, out, list(iter(lambda: next(it), 0)), [x for x in it]
""", None),
    "comprehensions": ("""
matrix = [[i * j for j in range(4)] for i in range(3)]
pairs = {(x, y): x * y for x in range(3) for y in range(x) if (x + y) % 2}
squares = {n * n for n in range(-3, 4)}
evens = list(n for n in range(10) if not n % 2)
longest = max((w for w in "a bbb cc".split()), key=len)
seen = set()
unique = [x for x in [3, 1, 3, 2, 1] if not (x in seen or seen.add(x))]
total = sum(v for row in matrix for v in row)
filtered = [y for x in range(5) if (y := x * x) > 4]
nested = [[c.upper() for c in w if c.isalpha()] for w in ["a1", "b2c"]]
by_len = {n: [w for w in "a bb cc d".split() if len(w) == n] for n in (1, 2)}
matrix, pairs, squares, evens, longest, unique, total, filtered, y, nested, by_len, [*map(sum, zip(*matrix))], any(x > 5 for x in evens)
""", None),
    "generators": ("""
from itertools import islice
def primes():
    found, n = [], 2
    while True:
        if all(n % p for p in found if p * p <= n): found.append(n); yield n
        n += 1
def pipeline(lines):
    def clean(it):
        for line in it:
            if line := line.strip(): yield line
    def parse(it):
        for line in it: k, _, v = line.partition("="); yield k.strip(), int(v)
    yield from parse(clean(lines))
def averager():
    total = count = 0
    average = None
    while True:
        try: value = yield average
        except ValueError: total = count = 0; average = None; continue
        total += value; count += 1; average = total / count
a = averager(); next(a); history = [a.send(v) for v in (10, 20, 60)]; a.throw(ValueError()); history.append(a.send(4)); a.close()
def tree(d, depth=0):
    for k, v in d.items():
        yield "  " * depth + k
        if isinstance(v, dict): yield from tree(v, depth + 1)
class Countdown:
    def __init__(self, n): self.n = n
    def __iter__(self):
        n = self.n
        while n > 0: yield n; n -= 1
print("\\n".join(tree({"a": {"b": {"c": 1}}, "d": 2})))
list(islice(primes(), 8)), dict(pipeline(["a = 1", "", " b=2 "])), history, list(Countdown(3)), sum(Countdown(4)), next((p for p in primes() if p > 50)), [*zip(Countdown(2), "ab")]
""", None),
    "matching": ("""
from dataclasses import dataclass
@dataclass
class Circle: r: float
@dataclass
class Rect: w: float; h: float
PI = 3
class Const: LIMIT = 10
def area(s):
    match s:
        case Circle(r=0) | Rect(w=0) | Rect(h=0): return 0
        case Circle(r): return PI * r * r
        case Rect(w, h) if w == h: return f"square {w * h}"
        case Rect(w, h): return w * h
        case {"type": "circle", "r": (int() | float()) as r}: return area(Circle(r))
        case {"type": kind, **rest}: return f"unknown {kind} {rest}"
        case [x, y]: return area(Rect(x, y))
        case [first, *_, last] if isinstance(first, str): return first + last
        case (a, b, *rest): return rest
        case "quit" | "exit": return "bye"
        case str(s) if s.startswith("/"): return s[1:]
        case Const.LIMIT: return "limit"
        case bool(b): return not b
        case int(n) if n < 0: return "negative"
        case 1 | 2 | 3 as small: return small
        case -1.5 | 2+3j: return "odd"
        case None: return "none"
        case [[a, b], [c, d]]: return a * d - b * c
        case _: return "?"
[area(x) for x in (Circle(0), Circle(2), Rect(2, 2), Rect(2, 3), {"type": "circle", "r": 1}, {"type": "tri", "a": 1}, [4, 5], ["a", 1, "b"], (1, 2, 3), "exit", "/x", 10, True, -4, 2, 2+3j, None, [], 3.5)]
""", None),
    "numbers_as_text": ("""
values = [0, 1.5, -2.25, 1234567.891, 1e-7, 1e20, float("inf"), 2**64]
for v in values: print(f"{v:>15,.2f} | {v:<12.4g}| {v:e}" if abs(v) < 1e30 else v)
print("{:08.3f} {:+.1e} {:%} {:x} {:o} {:b} {:c} {:_}".format(3.14159, 12345, .5, 255, 8, 5, 65, 10**6))
print(round(2.5), round(-1.5), round(1.25, 1), int("0x1f", 16), int(" 42 "), float("1_000.5"), "%.3f" % 2/3 if False else "%.3f" % (2 / 3), str(1e16), repr(0.1), 5 // -2, -5 % 3)
human = lambda n, units=("B", "KB", "MB"): f"{n:.1f}{units[0]}" if n < 1024 or len(units) == 1 else human(n / 1024, units[1:])
human(5_000_000), f"{'é':*^5}", f"{12:>{6}}", format(1234.5, ",.2f"), f"{3:0>4}", f"{True!s:>6}", "{:>{w}}".format("x", w=4), f"{1/3=:.3f}"
""", None),
    "sets_and_dicts": ("""
a, b = {1, 2, 3}, {3, 4}
inventory = {"apple": 3, "pear": 0}
inventory.setdefault("fig", 7); inventory.update(pear=2, kiwi=1); popped = inventory.pop("apple"); missing = inventory.pop("none", -1)
grouped = {}
for word in "apple avocado banana blueberry cherry".split(): grouped.setdefault(word[0], []).append(word)
inverted = {v: k for k, v in {"a": 1, "b": 2}.items()}
common = {"x": 1, "y": 2}.keys() & {"y": 3}.keys()
merged = {**{"a": 1}, "b": 2} | {"a": 3}
for k in list(inventory):
    if inventory[k] < 2: del inventory[k]
deep = {"a": {"b": {"c": 42}}}
value = deep
for k in "abc": value = value[k]
try: deep["zz"]
except KeyError as e: err = e.args[0]
a | b, a & b, a - b, a ^ b, a <= {1, 2, 3, 4}, a.isdisjoint({9}), frozenset(a) == a, inventory, popped, missing, grouped, inverted, common, merged, value, err, sorted(inventory.items(), key=lambda kv: (-kv[1], kv[0])), dict(sorted(inverted.items())), {"b": 1} == {"b": 1.0}, next(iter(inventory)), dict.fromkeys([1, 2], [])
""", None),
    "scopes": ("""
count = 0
def increment(by=1):
    global count, created
    count += by
    created = f"by {by}"
def make():
    funcs = []
    for i in range(3):
        def f(x, i=i): return x * i
        funcs.append(f)
    return funcs
def outer():
    x = "outer"
    def middle():
        nonlocal x
        x = "middle"
        def inner():
            nonlocal x
            x += "+inner"
        inner()
        return x
    return middle(), x
class Scoped:
    y = 5
    z = [y for _ in range(2)] if False else [y] * 2
    def get(self): return self.y + Scoped.y
increment(); increment(4)
fs = [f(10) for f in make()]
x = 1
if (n := len("walrus")) > 3: x = n
def mutable(item, acc=[]): acc.append(item); return acc
mutable(1)
count, created, fs, outer(), Scoped().get(), Scoped.z, x, mutable(2), (lambda a, *b, c=3, **d: (a, b, c, d))(1, 2, e=5), [f for f in (lambda: 1,)][0]()
""", None),
    "error_texts": ("""
tests = [lambda: 1 / 0, lambda: [][5], lambda: {}["k"], lambda: int("x"), lambda: "a" + 1, lambda: None.upper(), lambda: undefined_name, lambda: [1].index(9), lambda: {}.popitem(),
         lambda: float("abc"), lambda: (1, 2)[9], lambda: "abc".nope(), lambda: len(5), lambda: iter(5), lambda: next(iter([])), lambda: {[]: 1}, lambda: 5(), lambda: sorted([1, "a"]), lambda: max([]), lambda: chr(-1), lambda: ord("ab"), lambda: b"x" + "y", lambda: [1, 2] < 3, lambda: int([]), lambda: "%d" % "x", lambda: "{}{}".format(1), lambda: dict([1]), lambda: set([[]]), lambda: range("a"), lambda: round("x"), lambda: sum(["a"]), lambda: zip(1), lambda: isinstance(1, 5), lambda: "x".join([1]), lambda: [].remove(1), lambda: object().x, lambda: "abc"[1.5], lambda: {1: 2}[1][0], lambda: abs("x"), lambda: 2 ** "x", lambda: -"x", lambda: [*5], lambda: print(**{1: 2})]
def outcome(f):
    try: return f()
    except Exception as e: return f"{type(e).__name__}: {e}"
import re
results = [re.sub(r"0x[0-9a-f]+", "0x", re.sub(r"<lambda>\\(\\)|lambda", "f", str(outcome(f)))) for f in tests]
for r in results: print(r)
len(results)
""", None),
    "raising": ("""
class Invalid(ValueError):
    field = "none"
    def __init__(self, field, why="bad"): super().__init__(field, why); self.field, self.why = field, why
    def __str__(self): return f"{self.field}: {self.why}"
def check(d):
    problems = []
    for k in ("name", "age"):
        try:
            if k not in d: raise Invalid(k, "missing")
            if not d[k]: raise Invalid(k)
        except Invalid as e: problems.append(e)
    if len(problems) > 1: raise ExceptionGroup("invalid", problems)
    if problems: raise problems[0] from None
    return d
def try_(d):
    try: return check(d)
    except Invalid as e: return str(e), e.args, e.field, e.__cause__ is None, e.__suppress_context__
    except ExceptionGroup as g: return g.message, [str(x) for x in g.exceptions], g.exceptions[0].why
    finally: print("checked", sorted(d))
def chain():
    try:
        try: int("x")
        except ValueError as e: raise RuntimeError("outer") from e
    except RuntimeError as e: return repr(e), repr(e.__cause__), type(e.__context__).__name__
def reraise():
    try:
        try: [][0]
        except IndexError as e: kept = e; raise
    except LookupError as e: return e is kept, isinstance(e, IndexError)
e = KeyError("k"); e.add_note("note")
class Quiet(Exception): pass
try: raise Quiet
except Quiet as q: empty = (str(q), q.args, repr(q))
try_({}), try_({"name": "", "age": 1}), try_({"name": "a", "age": 2}), chain(), reraise(), e.__notes__, empty, str(e), issubclass(Invalid, Exception), OSError(2, "no").errno
""", None),
    "sorting_and_searching": ("""
import bisect, heapq
from functools import cmp_to_key
from operator import itemgetter, attrgetter
people = [("Ann", 30, 5.5), ("Bob", 25, 6.1), ("Cy", 30, 5.9), ("Di", 25, 5.2)]
by_age = sorted(people, key=lambda p: (p[1], -p[2]))
stable = sorted(sorted(people, key=itemgetter(0), reverse=True), key=itemgetter(1))
versions = sorted(["1.10", "1.9", "1.2.3"], key=lambda v: tuple(map(int, v.split("."))))
by_cmp = sorted("bca", key=cmp_to_key(lambda a, b: (a > b) - (a < b)))
def binary(a, x):
    lo, hi = 0, len(a) - 1
    while lo <= hi:
        mid = (lo + hi) // 2
        if a[mid] == x: return mid
        if a[mid] < x: lo = mid + 1
        else: hi = mid - 1
    return -1
def quick(a): return a if len(a) < 2 else quick([x for x in a[1:] if x < a[0]]) + [a[0]] + quick([x for x in a[1:] if x >= a[0]])
def merge(a):
    if len(a) < 2: return a
    l, r = merge(a[:len(a) // 2]), merge(a[len(a) // 2:])
    out = []
    while l and r: out.append(l.pop(0) if l[0] <= r[0] else r.pop(0))
    return out + l + r
def bubble(a):
    a = a[:]
    for i in range(len(a)):
        swapped = False
        for j in range(len(a) - 1 - i):
            if a[j] > a[j + 1]: a[j], a[j + 1] = a[j + 1], a[j]; swapped = True
        if not swapped: break
    return a
data = [5, 2, 8, 1, 9, 2]
scores = []
for s in data: bisect.insort(scores, s)
h = data[:]; heapq.heapify(h)
by_age, stable[0], versions, by_cmp, binary(scores, 8), quick(data) == merge(data) == bubble(data) == sorted(data), bisect.bisect(scores, 2), [heapq.heappop(h) for _ in range(3)], heapq.nlargest(2, people, key=itemgetter(2))[0][0], min(people, key=itemgetter(1, 2)), sorted(data, reverse=True), sorted({"b": 1, "a": 2}), max(["aa", "b"], key=len), "".join(sorted("hello")), sorted([True, 0, 2.5]), sorted(people)[0]
""", None),
    "files_in_memory": ("""
import io, csv, json
buf = io.StringIO()
print("line one", file=buf); buf.write("line two\\nline three\\n"); buf.writelines(["a\\n", "b\\n"])
buf.seek(0)
lines = [line.rstrip("\\n") for line in buf]
buf.seek(0); first = buf.readline(); rest = buf.read(8); where = buf.tell()
with io.StringIO("x,y\\n1,2\\n3,4\\n") as f:
    reader = csv.reader(f)
    header = next(reader)
    rows = [dict(zip(header, map(int, row))) for row in reader]
out = io.StringIO()
writer = csv.writer(out, delimiter="\\t", lineterminator="\\n")
writer.writerow(["n", "sq"]); writer.writerows([n, n * n] for n in range(3))
raw = io.BytesIO(b"\\x00\\x01binary"); raw.seek(2)
jl = io.StringIO(); [jl.write(json.dumps(r) + "\\n") for r in rows]
from contextlib import redirect_stdout
with redirect_stdout(io.StringIO()) as captured: print("hidden"); inside = captured.getvalue()
print("shown")
lines, first, rest, where, rows, out.getvalue(), raw.read(3), raw.getvalue()[:2], [json.loads(l) for l in jl.getvalue().splitlines()], captured.getvalue(), inside, f.closed
""", None),
    "class_factories": ("""
def make_class(name, *fields, base=object):
    def __init__(self, *values):
        for f, v in zip(fields, values): setattr(self, f, v)
    def __repr__(self): return f"{name}({', '.join(f'{f}={getattr(self, f)!r}' for f in fields)})"
    return type(name, (base,), {"__init__": __init__, "__repr__": __repr__, "fields": fields, "size": property(lambda self: len(self.fields))})
P = make_class("P", "x", "y")
Q = type("Q", (P,), {"total": lambda self: self.x + self.y, "__slots__": ()})
def add_method(cls):
    def deco(f): setattr(cls, f.__name__, f); return f
    return deco
@add_method(P)
def swap(self): self.x, self.y = self.y, self.x; return self
def singleton(cls):
    instances = {}
    def get(*a, **k):
        if cls not in instances: instances[cls] = cls(*a, **k)
        return instances[cls]
    return get
@singleton
class Config:
    def __init__(self, v=1): self.v = v
class Borg:
    _shared = {}
    def __init__(self): self.__dict__ = self._shared
class Cached:
    _instances = {}
    def __new__(cls, key):
        if key not in cls._instances: cls._instances[key] = super().__new__(cls)
        return cls._instances[key]
    def __init__(self, key): self.key = key
a, b = Borg(), Borg(); a.x = 5
P(1, 2).swap(), Q(3, 4).total(), Q(1, 2).size, Config(5) is Config(9), Config().v, b.x, Cached("k") is Cached("k"), P.__name__, hasattr(Q, "swap"), isinstance(Q(1, 2), P), type(Q(1, 2)).__name__, callable(P), getattr(P(1, 2), "zz", 0)
""", None),
    "top_level_await": ("""
async def double(x): return x * 2
async def numbers():
    for i in range(3): yield i
values = [await double(i) async for i in numbers()]
total = 0
async for i in numbers(): total += await double(i)
class Session:
    async def __aenter__(self): return "open"
    async def __aexit__(self, *a): return True
async with Session() as s: 1 / 0
(values, total, s)
""", ([0, 2, 4], 6, "open")),
}
