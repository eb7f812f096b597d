# ruff: noqa: E501 (programs as agents write them)
# fmt: off
"""Programs of the kind that agents write: types, enumerations, descriptors and copies."""

PROGRAMS = {
    "enums": ("""
from enum import Enum, IntEnum, Flag, IntFlag, auto, unique, StrEnum
@unique
class Color(Enum):
    RED = auto(); GREEN = auto(); BLUE = auto()
    @classmethod
    def parse(cls, text): return cls[text.upper()]
    @property
    def pretty(self): return self.name.title()
    def __str__(self): return f"color:{self.value}"
class Planet(Enum):
    MERCURY = (3.303e+23, 2.4397e6)
    EARTH = (5.976e+24, 6.37814e6)
    def __init__(self, mass, radius): self.mass, self.radius, self._g = mass, radius, None
    @property
    def gravity(self):
        if self._g is None: self._g = 6.67300E-11 * self.mass / (self.radius * self.radius)
        return self._g
class Perm(Flag):
    R = auto(); W = auto(); X = auto()
    RW = R | W
class Level(IntEnum):
    LOW = 1; HIGH = 10
    @classmethod
    def _missing_(cls, value): return cls.LOW
class Kind(StrEnum):
    A = auto(); B = "bee"
class Op(Enum):
    ADD = "+"; SUB = "-"
    def __call__(self, a, b): return {"+": a + b, "-": a - b}[self.value]
Animal = Enum("Animal", "CAT DOG")
print(list(Color), Color.parse("green"), Color(3).pretty, str(Color.RED), Color.RED.name, len(Color), Color.RED in Color)
print(round(Planet.EARTH.gravity, 2), Perm.R | Perm.X, Perm.R in Perm.RW, Perm.RW & ~Perm.W, [p.name for p in Perm], bool(Perm.R & Perm.W))
print(Level(55), Level.HIGH + 1, sorted(Level), Kind.A, Kind("bee").name, f"{Kind.B:>5}", Op.ADD(2, 3), Op("-")(2, 3), [a.name for a in Animal])
try: Color("mauve")
except ValueError as e: print(e)
print(2 in Color._value2member_map_, Color._member_names_, Color.__members__["RED"], {c: c.value for c in Color}[Color.BLUE])
match Color.GREEN:
    case Color.RED: r = 1
    case Color.GREEN | Color.BLUE: r = 2
r, Color.RED is Color["RED"], isinstance(Color.RED, Enum), Color.RED == 1, type(Color.RED).__name__
""", None),
    "typing_of_all_sorts": ("""
from __future__ import annotations
import typing as t
from typing import (Any, Callable, ClassVar, Dict, Final, Generic, Iterator, List, Literal, NamedTuple, NewType, Optional,
                    Protocol, Tuple, TypedDict, TypeVar, Union, overload, runtime_checkable, cast, TYPE_CHECKING, Annotated)
T = TypeVar("T", bound="Comparable"); K = TypeVar("K"); V = TypeVar("V")
UserId = NewType("UserId", int)
Json = Union[dict, list, str, int, float, bool, None]
@runtime_checkable
class Comparable(Protocol):
    def __lt__(self, other: Any) -> bool: ...
class Movie(TypedDict, total=False):
    title: str
    year: int
class Point(NamedTuple):
    x: float
    y: float = 0.0
    def dist(self) -> float: return (self.x ** 2 + self.y ** 2) ** 0.5
    @classmethod
    def origin(cls) -> Point: return cls(0, 0)
class Stack(Generic[K]):
    limit: ClassVar[int] = 10
    def __init__(self, items: list[K] | None = None) -> None: self._items: list[K] = items or []
    def push(self, item: K) -> Stack[K]: self._items.append(item); return self
    def pop(self) -> K: return self._items.pop()
    def __len__(self) -> int: return len(self._items)
class Pair(Stack[int], Generic[K, V]): pass
@overload
def double(x: int) -> int: ...
@overload
def double(x: str) -> str: ...
def double(x): return x * 2
def pick(mode: Literal["a", "b"], *args: int, key: Callable[[int], int] | None = None, **kw: Any) -> Optional[int]:
    return max(args, key=key) if args else None
def gen(n: int, /, step: Final = 1, *, flag: Annotated[bool, "doc"] = True) -> Iterator[Tuple[int, Dict[str, List[int]]]]:
    for i in range(0, n, step): yield i, {"v": [i]}
m: Movie = {"title": "Alien", "year": 1979}
p = Point(3, 4)
print(isinstance(3, Comparable), m["title"], p.dist(), p._replace(x=6), p._asdict(), Point.origin(), Point._fields, p == (3, 4))
print(len(Stack[str]().push("a").push("b")), Stack([1]).pop(), double(4), double("ab"), pick("a", 3, 9, key=lambda v: -v), dict(gen(3)))
print(UserId(5) + 1, cast(int, "x"), t.get_origin(List[int]), t.get_args(Dict[str, int]), pick.__annotations__["mode"], TYPE_CHECKING)
match p:
    case Point(x=0): r = "zero"
    case Point(a, b): r = a + b
r, Stack.limit, Movie(title="x"), list[int], dict[str, list[int]], int | None, Optional[int], Pair([5]).pop(), isinstance(5, int | str)
""", None),
    "descriptors_and_properties": ("""
class Typed:
    def __init__(self, kind, default=None): self.kind, self.default = kind, default
    def __set_name__(self, owner, name): self.name = name; self.slot = "_" + name
    def __get__(self, obj, owner=None):
        if obj is None: return self
        return getattr(obj, self.slot, self.default)
    def __set__(self, obj, value):
        if not isinstance(value, self.kind): raise TypeError(f"{self.name} must be {self.kind.__name__}, not {type(value).__name__}")
        setattr(obj, self.slot, value)
    def __delete__(self, obj): delattr(obj, self.slot)
class Person:
    name = Typed(str)
    age = Typed(int, 0)
    population = 0
    def __new__(cls, *args, **kw):
        self = super().__new__(cls)
        cls.population += 1
        return self
    def __init__(self, name, age=0): self.name, self.age, self.__pin = name, age, 1234
    @property
    def pin(self): return "*" * len(str(self.__pin))
    @pin.setter
    def pin(self, v): self.__pin = int(v)
    @pin.deleter
    def pin(self): self.__pin = 0
    @staticmethod
    def is_adult(age): return age >= 18
    @classmethod
    def from_dict(cls, d): return cls(**d)
    def __getattr__(self, name):
        if name.startswith("is_"): return lambda: name[3:] == self.name.lower()
        raise AttributeError(f"{type(self).__name__!r} has no {name!r}")
    def __eq__(self, other): return self.__dict__ == other.__dict__ if isinstance(other, Person) else NotImplemented
    def __hash__(self): return hash(self.name)
class Employee(Person):
    def __init__(self, *args, boss=None, **kw):
        super().__init__(*args, **kw)
        self.boss = boss
    def chain(self): return [self.name] + (self.boss.chain() if isinstance(self.boss, Employee) else [])
p = Person.from_dict({"name": "Ann", "age": 30})
try: p.age = "old"
except TypeError as e: print(e)
del p.age
p.pin = "999"; shown = p.pin; del p.pin
e = Employee("Bob", 20, boss=Employee("Cy", 50))
print(p.age, shown, p.pin, p.is_ann(), Person.is_adult(p.age), Person.population, Employee.population, e.chain(), p._Person__pin)
try: p.nothing
except AttributeError as err: print(err)
print(hasattr(p, "nothing"), getattr(p, "zz", "default"), sorted(vars_ for vars_ in p.__dict__), p == Person("Ann"), p != 5, isinstance(e, Person))
setattr(p, "mood", "ok"); delattr(p, "mood")
callable(p.is_adult), Person.name.kind.__name__, type(e).__bases__[0].__name__, issubclass(Employee, (Person, int)), {p: 1}[p]
""", None),
    "copying_and_hashing": ("""
import copy
class Node:
    def __init__(self, value, *children): self.value, self.children, self.parent = value, list(children), None
    def adopt(self):
        for c in self.children: c.parent = self; c.adopt()
        return self
    def walk(self, depth=0):
        yield depth, self.value
        for c in self.children: yield from c.walk(depth + 1)
class Config:
    def __init__(self, **kw): self.__dict__.update(kw); self._hits = 0
    def __copy__(self): c = Config(**{k: v for k, v in self.__dict__.items() if k != "_hits"}); c._hits = -1; return c
    def __deepcopy__(self, memo):
        new = Config()
        memo[id(self)] = new
        for k, v in self.__dict__.items(): setattr(new, k, copy.deepcopy(v, memo))
        return new
tree = Node("root", Node("a", Node("a1")), Node("b")).adopt()
clone = copy.deepcopy(tree)
clone.children[0].value = "changed"
c = Config(x=[1, 2], me=None); c.me = c
d, s = copy.deepcopy(c), copy.copy(c)
d.x.append(3)
print(list(tree.walk()), list(clone.walk())[1], clone.children[0].parent is clone, d.me is d, c.x, d.x, s.x is c.x, s._hits)
nested = {"a": [1, {2, 3}], "b": (4, [5])}
shallow, deep = dict(nested), copy.deepcopy(nested)
nested["a"].append(9)
print(shallow["a"], deep["a"], copy.copy([1, 2]), nested == shallow, frozenset([1, 2]) == {1, 2}, hash((1, "a")) == hash((1, "a")))
memo = {}
two = copy.deepcopy([tree, tree], memo)
two[0] is two[1], two[0] is tree
""", None),
}
