# ruff: noqa: E501 (programs as agents write them)
# fmt: off
"""Programs of the kind that agents write: class hierarchies, plugins, protocols, data models."""

PROGRAMS = {
    "plugin_registry": ("""
class Plugin:
    plugins = {}
    priority = 0
    def __init_subclass__(cls, **kw):
        super().__init_subclass__(**kw)
        cls.plugins[cls.__name__] = cls
    def run(self, text): raise NotImplementedError
    def __lt__(self, other): return self.priority < other.priority
class Upper(Plugin):
    priority = 2
    def run(self, text): return text.upper()
class Reverse(Plugin):
    priority = 1
    def run(self, text): return text[::-1]
class Nothing(Plugin): pass
def apply(text):
    for plugin in sorted(cls() for cls in Plugin.__subclasses__()):
        try: text = plugin.run(text)
        except NotImplementedError: print(f"{plugin.__class__.__name__} does nothing")
    return text
print([c.__name__ for c in Plugin.__subclasses__()], list(Plugin.plugins), Upper.__bases__ == (Plugin,), Plugin.__subclasses__()[0] is Upper)
print([c.__name__ for c in Upper.__mro__], [c.__name__ for c in Upper.mro()], issubclass(Upper, Plugin), Upper.__qualname__, Upper.__module__)
apply("abc"), Upper.run.__name__, Plugin.run.__qualname__, getattr(Plugin.plugins["Reverse"](), "run")("xy")
""", None),
    "mixins_and_super": ("""
class Base:
    def __init__(self, **kw):
        self.kw = kw
        self._log = []
    def save(self): self._log.append("base"); return self._log
class Timestamped:
    def __init__(self, *, created="now", **kw): super().__init__(**kw); self.created = created
    def save(self): result = super().save(); result.append("time"); return result
class Audited:
    def __init__(self, *, user=None, **kw): super().__init__(**kw); self.user = user
    def save(self): result = super().save(); result.append(f"by {self.user}"); return result
class Document(Audited, Timestamped, Base):
    def __init__(self, title, **kw):
        super().__init__(**kw)
        self.title = title
    def __getattribute_probe(self): return 1
    def __repr__(self): return f"<{self.__class__.__name__} {self.title!r}>"
    def __eq__(self, other):
        if not isinstance(other, self.__class__): return NotImplemented
        return self.title == other.title
    __hash__ = None
class Draft(Document):
    def save(self):
        Document.save(self)
        return super(Draft, self).save() + ["draft"]
d = Draft("plan", user="ann", created="today", size=3)
print(d, d.save(), d.created, d.user, d.kw, [c.__name__ for c in Draft.__mro__])
try: {d: 1}
except TypeError as e: print(e)
d == Draft("plan"), d == 3, d != Document("x"), isinstance(d, Base), Draft.save is not Document.save, d.__dict__["title"], type(d)("other").title
""", None),
    "ordinary_names_of_attributes": ("""
from dataclasses import dataclass, field
@dataclass
class Command:
    code: int
    system: str = "unix"
    types: list = field(default_factory=list)
    format: str = "{}"
    replace: bool = False
    join: str = ","
    path: str = "/"
    open: bool = True
    elements: list = field(default_factory=list)
    def run(self): self.code += 1; self.elements += [self.code]; return self
    def walk(self): yield from self.elements
    def read(self, n=1): return self.elements[:n]
    def write(self, x): self.elements.append(x); return len(self.elements)
    def close(self): self.open = False
    def copy(self): return Command(self.code, types=[*self.types])
    def call(self, *a): return self.system, a
    def extend(self, xs): self.types.extend(xs); return self
    def remove(self, x): self.types.remove(x)
    def sub(self, a, b): return a - b
    def register(self, f): self.handler = f; return f
    def kill(self): return "killed"
c = Command(1).run().run()
c.format += "!"; c.join *= 2; c.types += ["a"]; c.path = c.path + "x"; c.extend(["b", "c"]).remove("b"); c.close()
@c.register
def handle(x): return x * 2
class Node:
    def __init__(self, link=None, times=1): self.link, self.times = link, times
n = Node(Node(Node()))
while n.link: n.times *= 2; n = n.link
def describe(x):
    match x:
        case Command(code=3, system=s, types=[first, *_]): return f"{s} {first}"
        case Command(code=code, open=True): return f"open {code}"
        case Node(link=None): return "end"
print(describe(c), describe(Command(9)), describe(n), list(c.walk()), c.read(), c.write(7), c.call(1), c.copy(), c.handler(4), c.kill(), c.sub(5, 3))
class Text:
    def format(self, *a): return ("format", a)
    def join(self, parts): return ("join", list(parts))
    def replace(self, a, b): return (a, b)
    def strptime(self): return "mine"
    def elements(self): return "elements"
t = Text()
t.format(1), t.join(x for x in "ab"), t.replace("a", "b"), t.strptime(), t.elements(), c.format, c.join, c.replace, c.open, c.path
""", None),
    "shadowed_builtins": ("""
list = [3, 1, 2]
str = "text"
type = "kind"
id, hash, map, filter, range, format, input = 1, 2, {"k": 1}, "f", 10, "fmt", "given"
sum = 0
for max in list: sum += max
def min(values): return "mine"
class set:
    def __init__(self, *items): self.items = items
    def __repr__(self): return f"set{self.items}"
dict = {"a": 1}
print(list, str.upper(), type, map["k"], range, sum, max, min([1]), set(1, 2), dict, input, f"{format}:{hash}")
def inner(len, *, open=None, eval=0): return len, open, eval
object = lambda: "object"
del list
try: list
except NameError: print("gone")
else: print(list("ab"))
inner(1, open=2), object(), [id for id in (1, 2)], id, {str: type}
""", None),
    "linked_structures": ("""
class LinkedList:
    class _Node:
        __slots__ = ("value", "next")
        def __init__(self, value, next=None): self.value, self.next = value, next
    def __init__(self, items=()):
        self._head = self._tail = None
        self._size = 0
        for item in items: self.append(item)
    def append(self, value):
        node = self._Node(value)
        if self._head is None: self._head = node
        else: self._tail.next = node
        self._tail = node; self._size += 1
        return self
    def __iter__(self):
        node = self._head
        while node: yield node.value; node = node.next
    def __reversed__(self): return iter([*self][::-1])
    def __len__(self): return self._size
    def __getitem__(self, i):
        if isinstance(i, slice): return LinkedList([*self][i])
        if i < 0: i += len(self)
        for n, v in enumerate(self):
            if n == i: return v
        raise IndexError(i)
    def __setitem__(self, i, v):
        node = self._head
        for _ in range(i): node = node.next
        node.value = v
    def __contains__(self, v): return any(x == v for x in self)
    def __add__(self, o): return LinkedList([*self, *o])
    def reverse(self):
        prev, node, self._tail = None, self._head, self._head
        while node: node.next, prev, node = prev, node, node.next
        self._head = prev
        return self
    def __repr__(self): return " -> ".join(map(str, self))
class LRU:
    def __init__(self, n): self._n, self._d = n, {}
    def __getitem__(self, k): v = self._d.pop(k); self._d[k] = v; return v
    def __setitem__(self, k, v):
        self._d.pop(k, None); self._d[k] = v
        if len(self._d) > self._n: del self._d[next(iter(self._d))]
    def __delitem__(self, k): del self._d[k]
    def __bool__(self): return bool(self._d)
l = LinkedList("abc").append("d"); l[0] = "z"
c = LRU(2); c["a"] = 1; c["b"] = 2; c["a"]; c["c"] = 3; del c["c"]
print(l, len(l), l[-1], l[1:3], "c" in l, list(reversed(l)), l + [1], l.reverse(), c._d, bool(c), max(l), sorted(l), l.append("e"))
try: l[99]
except IndexError as e: print("IndexError", e)
first, *rest = l
first, rest, dict(enumerate(l)), ",".join(l), list(zip(l, range(2)))
""", None),
    "bases_from_the_library": ("""
from collections import UserDict, UserList, UserString, OrderedDict, defaultdict, Counter, deque
from collections.abc import MutableMapping, Iterator
from contextlib import AbstractContextManager, ContextDecorator
import json, string, random, datetime, queue
class Lower(UserDict):
    def __setitem__(self, k, v): super().__setitem__(k.lower(), v)
    def __missing__(self, k): return f"no {k}"
class Tags(UserList):
    def top(self): return self.data[-1]
class Name(UserString):
    def initials(self): return "".join(w[0] for w in self.data.split())
class Multi(defaultdict):
    def __init__(self): super().__init__(list); self._count = 0
    def add(self, k, v): self[k].append(v); self._count += 1; return self._count
class Tally(Counter):
    def share(self, k): return self[k] / self.total()
class Ring(deque):
    def __init__(self, n): super().__init__(maxlen=n); self._seen = 0
    def append(self, x): super().append(x); self._seen += 1
class Store(MutableMapping):
    def __init__(self): self._d = {}
    def __getitem__(self, k): return self._d[k]
    def __setitem__(self, k, v): self._d[k] = v
    def __delitem__(self, k): del self._d[k]
    def __iter__(self): return iter(self._d)
    def __len__(self): return len(self._d)
class Count(Iterator):
    def __init__(self, n): self._n = n
    def __next__(self):
        if not self._n: raise StopIteration
        self._n -= 1
        return self._n
class Guard(AbstractContextManager):
    def __init__(self): self._open = False
    def __enter__(self): self._open = True; return self
    def __exit__(self, *exc): self._open = False; return exc[0] is KeyError
class Percent(string.Template): delimiter = "%"
class Dice(random.Random):
    def __init__(self, seed): super().__init__(seed); self._rolls = []
    def roll(self): self._rolls.append(self.randint(1, 6)); return self._rolls[-1]
class Day(datetime.date):
    @property
    def weekend(self): return self.weekday() >= 5
class Ordered(OrderedDict):
    def first(self): return next(iter(self.items()))
low = Lower(A=1); low["B"] = 2
m, r, s, g, die = Multi(), Ring(2), Store(), Guard(), Dice(1)
m.add("x", 1); m.add("x", 2)
for i in range(3): r.append(i)
s.update(a=1, b=2); s.pop("a"); s.setdefault("c", 3)
with g: {}["k"]
q = queue.PriorityQueue(); [q.put(x) for x in (3, 1, 2)]
print(dict(low), low["zz"], Tags([1, 2]).top(), Name("Ada King").initials(), dict(m), m._count, Tally("aab").share("a"), list(r), r._seen, dict(s), list(Count(3)), g._open)
Percent("%x").substitute(x=5), 1 <= die.roll() <= 6, len(die._rolls), Day(2024, 3, 9).weekend, Ordered(a=1).first(), [q.get() for _ in range(3)], isinstance(s, MutableMapping), Name("ab").upper(), "{}".format(Name("x")), json.dumps(dict(low))
""", None),
    "frozen_and_generated": ("""
from dataclasses import dataclass, field, fields, replace, astuple, asdict, make_dataclass, KW_ONLY, InitVar, is_dataclass, FrozenInstanceError
from typing import ClassVar
import math
@dataclass(frozen=True, order=True, slots=True)
class Point:
    x: float = 0
    y: float = 0
    origin: ClassVar[str] = "0,0"
    def __add__(self, o): return replace(self, x=self.x + o.x, y=self.y + o.y)
    @property
    def norm(self): return math.hypot(self.x, self.y)
@dataclass
class Shape:
    name: str
    _: KW_ONLY
    points: list[Point] = field(default_factory=list)
    scale: InitVar[int] = 1
    area: float = field(init=False, default=0.0, metadata={"unit": "m2"})
    _cache: dict = field(default_factory=dict, repr=False, compare=False)
    def __post_init__(self, scale):
        self.points = [Point(p.x * scale, p.y * scale) for p in self.points]
        self.area = abs(sum(a.x * b.y - b.x * a.y for a, b in zip(self.points, self.points[1:] + self.points[:1]))) / 2
@dataclass(eq=False)
class Child(Shape):
    extra: int = 5
@dataclass(unsafe_hash=True, repr=False)
class Key:
    a: int
    _b: int = 2
    def __repr__(self): return f"Key{self.a, self._b}"
p = Point(3, 4)
try: p.x = 1
except FrozenInstanceError as e: print(type(e).__name__, e)
try: Shape("s", [p])
except TypeError as e: print("TypeError", "positional" in str(e))
s = Shape("s", points=[Point(), Point(1, 0), Point(0, 1)], scale=2)
Made = make_dataclass("Made", [("a", int), ("b", list, field(default_factory=list))], bases=(Key,))
print(p + Point(1), p.norm, sorted([Point(2), Point(1)]), {p: 1}[Point(3, 4)], s, s == Shape("s", points=[Point(), Point(2, 0), Point(0, 2)]), s.area)
print([f.name for f in fields(s)], fields(s)[2].metadata["unit"], astuple(p), asdict(s)["points"][1], is_dataclass(Point), Child("c").extra, Child("c") == Child("c"), {Key(1): "k"}[Key(1)], Key(1), Key(1) == Key(1, 2))
match p:
    case Point(0, 0): r = "origin"
    case Point(x, y) if x == y: r = "diagonal"
    case Point(x=3): r = "three"
match Key(7, 8):
    case Key(a, b): k = a + b
r, k, Made(1, 2, [3]).b, Point.__match_args__, s.__dataclass_fields__["name"].type, Point.__slots__, s._cache
""", None),
}
