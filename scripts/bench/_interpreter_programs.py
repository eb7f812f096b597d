"""Programs of the kind that agents write, each with the result that it must have."""

from __future__ import annotations

PROGRAMS: dict[str, tuple[str, object]] = {
    "fib": (
        "def fib(n):\n    if n < 2:\n        return n\n    return fib(n - 1) + fib(n - 2)\nfib(20)",
        6765,
    ),
    "primes_loop": (
        """
primes = []
candidate = 2
while len(primes) < 1500:
    is_prime = True
    for p in primes:
        if p * p > candidate:
            break
        if candidate % p == 0:
            is_prime = False
            break
    if is_prime:
        primes.append(candidate)
    candidate += 1
primes[-1]
""",
        12553,
    ),
    "sieve": (
        """
def sieve(limit):
    flags = [True] * (limit + 1)
    flags[0] = flags[1] = False
    for i in range(2, int(limit ** 0.5) + 1):
        if flags[i]:
            for j in range(i * i, limit + 1, i):
                flags[j] = False
    return [i for i, flag in enumerate(flags) if flag]
len(sieve(60000))
""",
        6057,
    ),
    "word_count": (
        """
text = ("the quick brown fox jumps over the lazy dog and runs away from the angry bear " * 200).strip()
counts = {}
for word in text.split():
    counts[word] = counts.get(word, 0) + 1
top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3]
top
""",
        [("the", 600), ("and", 200), ("angry", 200)],
    ),
    "matrix": (
        """
def matmul(a, b):
    n, m, p = len(a), len(b), len(b[0])
    result = [[0] * p for _ in range(n)]
    for i in range(n):
        for j in range(p):
            total = 0
            for k in range(m):
                total += a[i][k] * b[k][j]
            result[i][j] = total
    return result
a = [[i + j for j in range(25)] for i in range(25)]
sum(map(sum, matmul(a, a)))
""",
        9812500,
    ),
    "bank_class": (
        """
class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self._balance = balance
        self.history = []
    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("positive only")
        self._balance += amount
        self.history.append(("deposit", amount))
    def withdraw(self, amount):
        if amount > self._balance:
            raise ValueError("insufficient")
        self._balance -= amount
        self.history.append(("withdraw", amount))
    @property
    def balance(self):
        return self._balance
account = Account("ann", 100)
for i in range(1, 2000):
    account.deposit(i)
    if i % 3 == 0:
        account.withdraw(i // 2)
account.balance, len(account.history)
""",
        (1666100, 2665),
    ),
    "dataclasses": (
        """
from dataclasses import dataclass, field
@dataclass
class Item:
    name: str
    price: float
    tags: list = field(default_factory=list)
    def total(self, count):
        return self.price * count
items = [Item(f"item{i}", i * 1.5, [str(i % 3)]) for i in range(500)]
round(sum(item.total(2) for item in items if "1" in item.tags), 2)
""",
        125250.0,
    ),
    "generators": (
        """
def numbers(n):
    for i in range(n):
        yield i
def squares(source):
    for x in source:
        yield x * x
def evens(source):
    for x in source:
        if x % 2 == 0:
            yield x
sum(evens(squares(numbers(8000))))
""",
        85301336000,
    ),
    "mandelbrot": (
        """
def mandel(width, height, limit):
    total = 0
    for py in range(height):
        y = py / height * 2 - 1
        for px in range(width):
            x = px / width * 3 - 2
            zr = zi = 0.0
            count = 0
            while zr * zr + zi * zi < 4 and count < limit:
                zr, zi = zr * zr - zi * zi + x, 2 * zr * zi + y
                count += 1
            total += count
    return total
mandel(30, 20, 50)
""",
        10330,
    ),
    "nbody": (
        """
class Body:
    def __init__(self, x, y, vx, vy, mass):
        self.x, self.y, self.vx, self.vy, self.mass = x, y, vx, vy, mass
bodies = [Body(0.0, 0.0, 0.0, 0.0, 1000.0), Body(100.0, 0.0, 0.0, 3.0, 1.0), Body(0.0, 150.0, -2.5, 0.0, 2.0)]
def step(bodies, dt):
    for a in bodies:
        ax = ay = 0.0
        for b in bodies:
            if a is not b:
                dx = b.x - a.x
                dy = b.y - a.y
                dist = (dx * dx + dy * dy) ** 0.5
                force = b.mass / (dist ** 3)
                ax += dx * force
                ay += dy * force
        a.vx += ax * dt
        a.vy += ay * dt
    for a in bodies:
        a.x += a.vx * dt
        a.y += a.vy * dt
for _ in range(400):
    step(bodies, 0.1)
round(bodies[1].x, 3), round(bodies[2].y, 3)
""",
        (27.65, 115.468),
    ),
    "string_building": (
        """
rows = []
for i in range(1500):
    rows.append(f"{i:>5} | {i * i:<8} | {'even' if i % 2 == 0 else 'odd'}")
text = "\\n".join(rows)
len(text), text.count("even")
""",
        (35249, 750),
    ),
    "json_report": (
        """
import json
data = [{"id": i, "name": f"user{i}", "score": (i * 37) % 101, "active": i % 2 == 0} for i in range(400)]
active = [d for d in data if d["active"]]
report = {"count": len(active), "mean": sum(d["score"] for d in active) / len(active),
          "best": max(active, key=lambda d: (d["score"], -d["id"]))["name"]}
text = json.dumps(report, sort_keys=True)
json.loads(text)["best"], report["count"]
""",
        ("user30", 200),
    ),
    "statistics": (
        """
import statistics, math
values = [math.sin(i) * 10 + i % 7 for i in range(2000)]
mean = sum(values) / len(values)
variance = sum((v - mean) ** 2 for v in values) / (len(values) - 1)
round(mean, 4), round(math.sqrt(variance), 4), round(statistics.median(values), 4)
""",
        (3.0014, 7.3463, 2.9789),
    ),
    "levenshtein": (
        """
def distance(a, b):
    previous = list(range(len(b) + 1))
    for i, ca in enumerate(a, 1):
        current = [i]
        for j, cb in enumerate(b, 1):
            cost = 0 if ca == cb else 1
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost))
        previous = current
    return previous[-1]
distance("kitten sitting on the mat" * 3, "sitting kitten at the door" * 3)
""",
        36,
    ),
    "bfs_grid": (
        """
from collections import deque
grid = [[1 if (x * 7 + y * 13) % 5 == 0 and (x, y) != (0, 0) else 0 for x in range(50)] for y in range(50)]
def shortest(grid, start, goal):
    queue = deque([(start, 0)])
    seen = {start}
    while queue:
        (x, y), steps = queue.popleft()
        if (x, y) == goal:
            return steps
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            nx, ny = x + dx, y + dy
            if 0 <= nx < 50 and 0 <= ny < 50 and grid[ny][nx] == 0 and (nx, ny) not in seen:
                seen.add((nx, ny))
                queue.append(((nx, ny), steps + 1))
    return -1
shortest(grid, (0, 0), (48, 49))
""",
        97,
    ),
    "regex_extract": (
        """
import re
log = "\\n".join(f"2024-01-{i % 28 + 1:02d} ERROR code={i % 13} user=u{i}" for i in range(600))
found = re.findall(r"(\\d{4}-\\d{2}-\\d{2}) ERROR code=(\\d+) user=(\\w+)", log)
by_code = {}
for date, code, user in found:
    by_code.setdefault(int(code), []).append(user)
sorted((code, len(users)) for code, users in by_code.items())[:3]
""",
        [(0, 47), (1, 47), (2, 46)],
    ),
    "dates": (
        """
import datetime
start = datetime.date(2024, 1, 1)
weekend = 0
by_month = {}
for i in range(1500):
    day = start + datetime.timedelta(days=i)
    if day.weekday() >= 5:
        weekend += 1
    by_month[day.strftime("%Y-%m")] = by_month.get(day.strftime("%Y-%m"), 0) + 1
weekend, by_month["2024-02"]
""",
        (428, 29),
    ),
    "closures": (
        """
def counter():
    count = 0
    def increment(by=1):
        nonlocal count
        count += by
        return count
    return increment
tick = counter()
for i in range(10000):
    tick(i % 3)
def compose(*functions):
    def run(x):
        for f in functions:
            x = f(x)
        return x
    return run
pipeline = compose(lambda x: x + 1, lambda x: x * 2, str)
tick(0), [pipeline(i) for i in range(5)]
""",
        (9999, ["2", "4", "6", "8", "10"]),
    ),
    "memo_paths": (
        """
from functools import lru_cache
@lru_cache(maxsize=None)
def paths(r, c):
    if r == 0 or c == 0:
        return 1
    return paths(r - 1, c) + paths(r, c - 1)
paths(40, 40)
""",
        107507208733336176461620,
    ),
    "knapsack": (
        """
weights = [3, 4, 5, 9, 14, 7, 8, 2]
values = [3, 4, 4, 10, 15, 8, 9, 1]
capacity = 400
best = [0] * (capacity + 1)
for w, v in zip(weights, values):
    for c in range(capacity, w - 1, -1):
        candidate = best[c - w] + v
        if candidate > best[c]:
            best[c] = candidate
for c in range(0, capacity + 1, 100):
    print(c, best[c])
best[capacity]
""",
        54,
    ),
    "csv_parse": (
        """
lines = ["name,qty,price"] + [f"p{i},{i % 10},{i * 0.25:.2f}" for i in range(800)]
header, *rows = lines
columns = header.split(",")
records = [dict(zip(columns, row.split(","))) for row in rows]
total = 0.0
for record in records:
    total += int(record["qty"]) * float(record["price"])
round(total, 2)
""",
        361200.0,
    ),
    "inheritance": (
        """
class Shape:
    def area(self):
        raise NotImplementedError
    def describe(self):
        return f"{type(self).__name__}: {self.area():.2f}"
class Circle(Shape):
    def __init__(self, r):
        self.r = r
    def area(self):
        return 3.14159 * self.r ** 2
class Square(Shape):
    def __init__(self, side):
        self.side = side
    def area(self):
        return self.side * self.side
shapes = [Circle(i) if i % 2 else Square(i) for i in range(1200)]
lines = [shape.describe() for shape in shapes]
lines[:3], len(lines)
""",
        (["Square: 0.00", "Circle: 3.14", "Square: 4.00"], 1200),
    ),
    "match_commands": (
        """
def run(command):
    match command:
        case {"op": "add", "a": a, "b": b}:
            return a + b
        case {"op": "neg", "a": a}:
            return -a
        case [first, *rest]:
            return first + len(rest)
        case int(n) if n > 10:
            return n * 2
        case _:
            return 0
total = 0
for i in range(1500):
    total += run({"op": "add", "a": i, "b": 1}) + run([i, 2, 3]) + run(i) + run({"op": "neg", "a": i})
total
""",
        3377140,
    ),
    "exceptions": (
        """
def parse(text):
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError as error:
            return str(error)[:5]
results = []
for i in range(1500):
    for text in (str(i), f"{i}.5", "abc"):
        results.append(parse(text))
len(results), results[:3]
""",
        (4500, [0, 0.5, "could"]),
    ),
    "sorting": (
        """
def quicksort(items):
    if len(items) <= 1:
        return items
    pivot = items[len(items) // 2]
    low, high = [x for x in items if x < pivot], [x for x in items if x > pivot]
    return quicksort(low) + [x for x in items if x == pivot] + quicksort(high)
data = [(i * 7919) % 1009 for i in range(1000)]
quicksort(data) == sorted(data)
""",
        True,
    ),
    "collatz": (
        """
best, best_n = 0, 0
for n in range(1, 1500):
    length, x = 1, n
    while x != 1:
        x = x // 2 if x % 2 == 0 else 3 * x + 1
        length += 1
    if length > best:
        best, best_n = length, n
best_n, best
""",
        (1161, 182),
    ),
    "monte_carlo": (
        """
import random
random.seed(7)
inside = 0
for _ in range(15000):
    x, y = random.random(), random.random()
    if x * x + y * y <= 1:
        inside += 1
3.0 < 4 * inside / 15000 < 3.3
""",
        True,
    ),
    "comprehensions": (
        """
pairs = [(x, y) for x in range(60) for y in range(60) if (x + y) % 7 == 0]
index = {x: [y for a, y in pairs if a == x] for x in range(0, 60, 5)}
letters = {c for word in ["alpha", "beta", "gamma"] * 50 for c in word}
sum(len(v) for v in index.values()), len(letters), any(x > 58 for x, _ in pairs)
""",
        (103, 9, True),
    ),
    "small_report": (
        """
prices = {"apple": 1.2, "pear": 0.8, "fig": 3.5}
order = [("apple", 3), ("fig", 2), ("pear", 10)]
total = sum(prices[name] * count for name, count in order)
print(f"Total: {total:.2f}")
discount = 0.1 if total > 15 else 0
final = round(total * (1 - discount), 2)
final
""",
        16.74,
    ),
}
