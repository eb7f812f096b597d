# ruff: noqa: E501 (programs as agents write them)
# fmt: off
"""Programs of the kind that agents write: algorithms, text and numbers."""

PROGRAMS = {
    "graph_search": ("""
import heapq
from collections import deque, defaultdict
edges = [("A", "B", 4), ("A", "C", 1), ("C", "B", 2), ("B", "D", 5), ("C", "D", 8), ("E", "F", 1)]
graph = defaultdict(dict)
for a, b, w in edges: graph[a][b] = graph[b][a] = w
def dijkstra(start):
    dist, prev, heap = {start: 0}, {}, [(0, start)]
    while heap:
        d, node = heapq.heappop(heap)
        if d > dist[node]: continue
        for other, w in graph[node].items():
            if (new := d + w) < dist.get(other, float("inf")):
                dist[other], prev[other] = new, node
                heapq.heappush(heap, (new, other))
    return dist, prev
def path(prev, end):
    out = [end]
    while out[-1] in prev: out.append(prev[out[-1]])
    return out[::-1]
def components():
    seen = set()
    for n in graph:
        if n in seen: continue
        todo, part = deque([n]), set()
        while todo:
            x = todo.popleft()
            if x in part: continue
            part.add(x); todo.extend(graph[x])
        seen |= part
        yield sorted(part)
dist, prev = dijkstra("A")
print(dist, "->".join(path(prev, "D")), list(components()), max(dist, key=dist.__getitem__))
def topo(deps):
    order, state = [], {}
    def visit(n):
        match state.get(n):
            case "done": return
            case "open": raise ValueError(f"cycle at {n}")
        state[n] = "open"
        for m in sorted(deps.get(n, ())): visit(m)
        state[n] = "done"; order.append(n)
    for n in sorted(deps): visit(n)
    return order
try: topo({"a": {"b"}, "b": {"a"}})
except ValueError as e: print(e)
topo({"app": {"db", "web"}, "web": {"net"}, "db": {"net"}}), heapq.nsmallest(2, dist.items(), key=lambda kv: kv[1]), heapq.merge([1, 4], [2, 3]).__next__()
""", None),
    "deep_recursion": ("""
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
def flatten(x):
    for item in x:
        if isinstance(item, list): yield from flatten(item)
        else: yield item
def ackermann(m, n):
    if m == 0: return n + 1
    return ackermann(m - 1, 1) if n == 0 else ackermann(m - 1, ackermann(m, n - 1))
def hanoi(n, a="A", b="B", c="C"):
    return [] if n == 0 else hanoi(n - 1, a, c, b) + [(a, c)] + hanoi(n - 1, b, a, c)
def permutations(s): return [s] if len(s) <= 1 else [c + p for i, c in enumerate(s) for p in permutations(s[:i] + s[i + 1:])]
is_even = lambda n: True if n == 0 else is_odd(n - 1)
is_odd = lambda n: False if n == 0 else is_even(n - 1)
nested = []
for i in range(100): nested = [nested, i]
def forever(n): return forever(n + 1)
try: forever(0)
except RecursionError as e: print("too deep", str(e)[:23])
class Tree:
    def __init__(self, v): self.v, self.l, self.r = v, None, None
    def insert(self, v):
        side = "l" if v < self.v else "r"
        node = getattr(self, side)
        if node: node.insert(v)
        else: setattr(self, side, Tree(v))
    def __iter__(self):
        if self.l: yield from self.l
        yield self.v
        if self.r: yield from self.r
    @property
    def height(self): return 1 + max(self.l.height if self.l else 0, self.r.height if self.r else 0)
t = Tree(50)
for v in [30, 70, 20, 40, 60, 80, 10]: t.insert(v)
depth(900), list(flatten(nested))[:3], ackermann(2, 3), len(hanoi(8)), permutations("abc"), is_even(100), list(t), t.height
""", None),
    "dynamic_programming": ("""
from functools import lru_cache, cache
import bisect
def lcs(a, b):
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            table[i][j] = table[i - 1][j - 1] + 1 if x == y else max(table[i - 1][j], table[i][j - 1])
    out, i, j = [], len(a), len(b)
    while i and j:
        if a[i - 1] == b[j - 1]: out.append(a[i - 1]); i -= 1; j -= 1
        elif table[i - 1][j] >= table[i][j - 1]: i -= 1
        else: j -= 1
    return "".join(reversed(out))
def levenshtein(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]
@cache
def coins(amount, kinds=(1, 5, 10, 25)): return 1 if amount == 0 else 0 if amount < 0 or not kinds else coins(amount - kinds[-1], kinds) + coins(amount, kinds[:-1])
def knapsack(items, cap):
    best = {0: (0, [])}
    for name, w, v in items:
        for used, (value, names) in sorted(best.items(), reverse=True):
            if used + w <= cap and value + v > best.get(used + w, (-1,))[0]: best[used + w] = (value + v, names + [name])
    return max(best.values())
def lis(seq):
    tails = []
    for x in seq:
        i = bisect.bisect_left(tails, x)
        tails[i:i + 1] = [x]
    return len(tails)
def sieve(n):
    flags = bytearray([1]) * (n + 1); flags[:2] = b"\\0\\0"
    for p in range(2, int(n ** .5) + 1):
        if flags[p]: flags[p * p::p] = bytes(len(range(p * p, n + 1, p)))
    return [i for i, f in enumerate(flags) if f]
def queens(n, row=0, cols=frozenset(), d1=frozenset(), d2=frozenset()):
    if row == n: return 1
    return sum(queens(n, row + 1, cols | {c}, d1 | {row - c}, d2 | {row + c}) for c in range(n) if c not in cols and row - c not in d1 and row + c not in d2)
lcs("AGGTAB", "GXTXAYB"), levenshtein("kitten", "sitting"), coins(100), knapsack([("a", 3, 4), ("b", 4, 5), ("c", 2, 3)], 6), lis([3, 1, 4, 1, 5, 9, 2, 6]), sieve(50)[-3:], queens(6)
""", None),
    "big_numbers": ("""
from decimal import Decimal, getcontext, ROUND_HALF_UP, localcontext, InvalidOperation
from fractions import Fraction
import math
getcontext().prec = 50
fib = [0, 1]
while len(str(fib[-1])) < 60: fib.append(fib[-1] + fib[-2])
print(fib[-1], 2 ** 200 % 10 ** 9, pow(3, 10 ** 18, 1_000_007), -7 // 2, -7 % 3, divmod(-7, 2), 7 // -2, (-8) ** (1 / 3))
print(Decimal(2).sqrt(), Decimal("1.005").quantize(Decimal("0.01"), rounding=ROUND_HALF_UP), Decimal("0.1") + Decimal("0.2") == Decimal("0.3"), Decimal(1) / 3)
with localcontext() as ctx: ctx.prec = 5; print(Decimal(1) / Decimal(7))
try: Decimal("abc")
except InvalidOperation as e: print(type(e).__name__)
print(Fraction(1, 3) + Fraction(1, 6), Fraction("0.125"), Fraction(3.5).limit_denominator(10), float(Fraction(7, 8)), Fraction(6, 4).numerator, sum([Fraction(1, n) for n in range(1, 5)]), isinstance(Fraction(1), Fraction))
print(f"{1234567.891:,.2f} {0.000123:.2e} {255:#x} {255:08b} {0.256:.1%} {42:+d} {-3.7:.0f} {1e20:g} {12345:_} {3.14159:10.3f}| {'x':*^7} {True:d} {10**15:e}")
print(bin(10), oct(8), hex(255), int("ff", 16), int("-0b101", 0), round(2.5), round(3.5), round(1234.567, -2), round(2.675, 2), float("1e-5"), 0.1 + 0.2, 1e16 + 1, int(1e22))
print((3 + 4j).conjugate() * 1j, abs(3 + 4j), complex(0, 1), (1.5).as_integer_ratio(), (10).bit_length(), (255).bit_count(), float.fromhex("0x1.8p1"), (0.5).is_integer(), 5 .real)
digits = sum(int(d) for d in str(math.factorial(100)))
primes = [n for n in range(2, 60) if all(n % d for d in range(2, math.isqrt(n) + 1))]
def collatz(n, steps=0):
    while n != 1: n, steps = (n // 2 if n % 2 == 0 else 3 * n + 1), steps + 1
    return steps
def to_base(n, b): return "0" if n == 0 else (to_base(n // b, b).lstrip("0") + "0123456789abcdef"[n % b])
digits, primes[-1], collatz(27), to_base(255, 2), math.nan != math.nan, 1 < 2 < 3 != 4, 0b1010 ^ 0xF, ~5, 1 << 70 >> 68, float("inf") > 10 ** 400, -0.0 == 0, 3 == 3.0, hash(1) == hash(1.0)
""", None),
    "matrices": ("""
class Matrix:
    def __init__(self, rows): self.rows = [list(r) for r in rows]
    @classmethod
    def identity(cls, n): return cls([[int(i == j) for j in range(n)] for i in range(n)])
    @property
    def shape(self): return len(self.rows), len(self.rows[0])
    def __getitem__(self, key):
        if isinstance(key, tuple): i, j = key; return self.rows[i][j]
        return self.rows[key]
    def __setitem__(self, key, value): i, j = key; self.rows[i][j] = value
    def __matmul__(self, o):
        if self.shape[1] != o.shape[0]: raise ValueError(f"shapes {self.shape} and {o.shape}")
        return Matrix([[sum(a * b for a, b in zip(row, col)) for col in zip(*o.rows)] for row in self.rows])
    def __pow__(self, n):
        result, base = Matrix.identity(self.shape[0]), self
        while n:
            if n & 1: result = result @ base
            base = base @ base; n >>= 1
        return result
    def __eq__(self, o): return self.rows == o.rows
    def __mul__(self, k): return Matrix([[v * k for v in r] for r in self.rows])
    def __str__(self): return "\\n".join(" ".join(f"{v:>4}" for v in r) for r in self.rows)
    @property
    def T(self): return Matrix(zip(*self.rows))
    def det(self):
        if self.shape == (1, 1): return self[0, 0]
        return sum((-1) ** j * self[0, j] * Matrix([r[:j] + r[j + 1:] for r in self.rows[1:]]).det() for j in range(self.shape[1]))
m = Matrix([[1, 2], [3, 4]]); m[0, 0] = 5
print(m, m.T, m @ Matrix.identity(2) == m, m.det(), Matrix([[2, 0, 1], [1, 3, 2], [1, 1, 4]]).det(), (Matrix([[1, 1], [1, 0]]) ** 50)[0, 1], sep="\\n")
try: m @ Matrix([[1, 2, 3]])
except ValueError as e: print(e)
grid = [list(line) for line in "#..#|.#..|....".split("|")]
def neighbours(r, c): return [(r + a, c + b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a or b) and 0 <= r + a < len(grid) and 0 <= c + b < len(grid[0])]
life = ["".join("#" if (n := sum(grid[y][x] == "#" for y, x in neighbours(r, c))) == 3 or (n == 2 and grid[r][c] == "#") else "." for c in range(4)) for r in range(3)]
spiral, g = [], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
while g: spiral += g.pop(0); g = [list(r) for r in zip(*g)][::-1]
life, spiral, [[row[i] for row in [[1, 2], [3, 4]]] for i in range(2)], [x for row in m.rows for x in row if x % 2], sum(map(sum, m.rows)), any(0 in r for r in m.rows)
""", None),
    "state_and_closures": ("""
def counter(start=0, *, step=1):
    n = start
    def nxt(by=None):
        nonlocal n
        n += step if by is None else by
        return n
    def reset(): nonlocal n; n = start
    nxt.reset = reset
    return nxt
c = counter(10, step=5); c(); c(2); snapshot = c(); c.reset()
total = 0
def add(*values, scale=1, **extra):
    global total
    total += sum(values) * scale + sum(extra.values())
    return total
add(1, 2, scale=10, bonus=3); add(*[1] * 3, **{"scale": 2})
adders = [lambda x, i=i: x + i for i in range(3)]
late = [lambda: i for i in range(3)]
def accumulate():
    result = None
    while True:
        value = yield result
        if value is None: return "done"
        result = (result or 0) + value
g = accumulate(); next(g); sent = [g.send(v) for v in (1, 2, 3)]
try: g.send(None)
except StopIteration as e: ended = e.value
def delegating(): got = yield from accumulate(); yield got
d = delegating(); next(d); d.send(4); last = d.send(None)
def cleanup():
    try:
        yield 1
        yield 2
    except GeneratorExit: print("closed"); raise
    finally: print("final")
k = cleanup(); next(k); k.close()
def thrown():
    while True:
        try: yield "ready"
        except ValueError as e: yield f"got {e}"
t = thrown(); next(t)
class EventBus:
    def __init__(self): self._handlers = {}
    def on(self, name):
        def register(f): self._handlers.setdefault(name, []).append(f); return f
        return register
    def emit(self, name, *a, **k): return [h(*a, **k) for h in self._handlers.get(name, ())]
bus = EventBus()
@bus.on("greet")
def hello(who, punctuation="!"): return f"hello {who}{punctuation}"
bus.on("greet")(str.upper)
x = 5
del x
try: x
except NameError as e: print(e)
def outer():
    try: return "try"
    finally: print("cleanup")
for i in range(5):
    if i == 3: break
    if i % 2: continue
else: print("never")
while i: i -= 1
else: print("drained", i)
def posonly(a, /, b, *, c): return a, b, c
try: posonly(a=1, b=2, c=3)
except TypeError as e: print("TypeError", "positional-only" in str(e))
snapshot, c(), total, [f(10) for f in adders], [f() for f in late], sent, ended, last, t.throw(ValueError("v")), bus.emit("greet", "bob"), outer(), posonly(1, b=2, c=3), (lambda *a, **k: (a, k))(1, z=2), [y := 3, y ** 2], (lambda: (yield))().__next__() is None
""", None),
}
