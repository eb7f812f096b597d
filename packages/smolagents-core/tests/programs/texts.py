# ruff: noqa: E501 (programs as agents write them)
# fmt: off
"""Programs of the kind that agents write: text, its parts, and methods by name."""

PROGRAMS = {
    "calculator": ("""
import re
from dataclasses import dataclass
TOKEN = re.compile(r"\\s*(?:(?P<num>\\d+\\.?\\d*)|(?P<name>[a-z_]\\w*)|(?P<op>\\*\\*|[-+*/()=,]))")
@dataclass(frozen=True)
class Token:
    kind: str
    text: str
def tokenize(source):
    pos, source = 0, source.strip()
    while pos < len(source):
        m = TOKEN.match(source, pos)
        if not m: raise SyntaxError(f"unexpected {source[pos]!r} at {pos}")
        pos = m.end()
        yield Token(m.lastgroup, m.group(m.lastgroup))
class Parser:
    LEVELS = [{"+": lambda a, b: a + b, "-": lambda a, b: a - b}, {"*": lambda a, b: a * b, "/": lambda a, b: a / b}]
    def __init__(self, source, env): self.tokens, self.env = [*tokenize(source), Token("end", "")], env; self.i = 0
    @property
    def now(self): return self.tokens[self.i]
    def take(self, text=None):
        token = self.now
        if text and token.text != text: raise SyntaxError(f"expected {text!r}, got {token.text!r}")
        self.i += 1
        return token
    def statement(self):
        match self.tokens[:2]:
            case [Token("name", name), Token("op", "=")]:
                self.i = 2
                self.env[name] = self.binary()
                return self.env[name]
        value = self.binary(); self.take("") if self.now.kind == "end" else self.take("end of input")
        return value
    def binary(self, level=0):
        if level == len(self.LEVELS): return self.power()
        left = self.binary(level + 1)
        while (f := self.LEVELS[level].get(self.now.text)): self.take(); left = f(left, self.binary(level + 1))
        return left
    def power(self):
        base = self.atom()
        if self.now.text == "**": self.take(); return base ** self.power()
        return base
    def atom(self):
        token = self.take()
        match token:
            case Token("num", text): return float(text) if "." in text else int(text)
            case Token("name", name) if self.now.text == "(":
                self.take(); args = [self.binary()]
                while self.now.text == ",": self.take(); args.append(self.binary())
                self.take(")")
                return {"max": max, "abs": abs}[name](*args)
            case Token("name", name): return self.env[name]
            case Token(text="("): value = self.binary(); self.take(")"); return value
            case Token(text="-"): return -self.power()
        raise SyntaxError(f"unexpected {token.text!r}")
env = {"pi": 3.14159}
for line in ["x = 2 + 3 * 4", "-(x - 10) ** 2 / 4", "max(x, 2 ** 3 ** 2, abs(-7))", "pi * 2", "2 +", "3 $ 4", "(1", "y"]:
    try: print(line, "=>", Parser(line, env).statement())
    except (SyntaxError, KeyError, ZeroDivisionError) as e: print(line, "!!", type(e).__name__, e)
env
""", None),
    "text_formatting": ("""
rows = [("Widget", 4, 3.5), ("Gadget", 10, 12.25), ("Thingamajig", 1, 100)]
header = "{:<12}|{:^5}|{:>10}".format("name", "qty", "price")
print(header, "=" * len(header), *("{0:<12}|{1:^5d}|{2:>10.2f}".format(*r) for r in rows), sep="\\n")
print("%-10s|%5d|%08.3f|%x|%%|%c|%r|%5.1e" % ("abc", 42, 3.14159, 255, "z", "q", 12345.678), "%(a)s-%(b)03d" % {"a": 1, "b": 2}, "%s" % (None,), "%s %s" % (1, [2]))
name, width, prec, items = "pi", 12, 4, {"k": [1, 2]}
print(f"{name!r:>{width}}|{3.14159265:{width}.{prec}f}|{items['k'][0]}|{name=}|{len(items)=}|{'nested ' + f'{name.upper()}'}|{{}}|{1 if items else 0}|{-5:=+6}|{7:<4}|{name:-^10}")
print("{a} {b[k][1]} {c.real} {0!r:>5} {1:{w}}".format("x", 7, a=1, b=items, c=2 + 3j, w=4), "{:,}".format(1234567), "{:>+8.1%}".format(.256), "{!s:.2}".format("abcdef"), "{k[0]}".format_map(items))
s = "  Hello, World!  "
print(s.strip().lower().replace("l", "L", 2), s.split(), s.title(), s.strip().partition(", "), s.find("World"), s.count("o"), s.strip().swapcase(), s.rstrip()[-1], s.isspace(), s.strip().center(21, "*"))
print("a,b,,c".split(","), "a b c".split(None, 1), "x=1;y=2".rsplit(";", 1), "line1\\nline2\\r\\n".splitlines(), "abc".zfill(5), "-5".zfill(4), "tab\\tx".expandtabs(4), "abc"[::-1], "abc" * 2, "b" in "abc", "abc" < "abd", "a-b_c".translate(str.maketrans("-_", "  ")))
print("prefix-x".removeprefix("prefix-"), "x.py".removesuffix(".py"), "ABC".casefold(), "é".encode(), b"\\xc3\\xa9".decode(), "1".isdigit(), "a1".isalnum(), "Title Case".istitle(), ord("a"), chr(8364), "%d%%" % 50, ascii("ü"), repr('it\\'s "q"'), str(b"x"), "a\\\\n", r"raw\\n", "con" "cat")
vowels = {v: "hello world".count(v) for v in "aeiou" if v in "hello world"}
words = "the quick brown the lazy dog the end".split()
freq = sorted({w: words.count(w) for w in words}.items(), key=lambda kv: (-kv[1], kv[0]))[:3]
caesar = lambda t, k: "".join(chr((ord(ch) - 97 + k) % 26 + 97) if ch.islower() else ch for ch in t)
is_palindrome = lambda t: (u := [ch.lower() for ch in t if ch.isalnum()]) == u[::-1]
roman = lambda n: "" if not n else next(r + roman(n - v) for v, r in [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] if v <= n)
snake = "".join("_" + ch.lower() if ch.isupper() else ch for ch in "camelCaseName")
print("multi", "args", sep="", end="|\\n"); print(); print(*[1, 2, 3], sep=", "); print([1, "a", None, 2.0, (1,), {3}, {"k": b"v"}, 1j, ..., range(2), slice(1, 2)])
vowels, freq, caesar("xyz abc", 3), is_palindrome("A man, a plan, a canal: Panama"), roman(1994), snake, " ".join(map(str.capitalize, words[:2])), "\\n".join(["x"] * 2), sorted("bca"), max("hello"), list("abc"), tuple("ab"), set("aab") == {"a", "b"}
""", None),
    "builtin_methods_by_name": ("""
d = {"a": 3, "b": 1}
class Upper(dict):
    def __setitem__(self, k, v): dict.__setitem__(self, k.upper(), v)
    def __getitem__(self, k): return dict.__getitem__(self, k.upper())
class Loud(list):
    def append(self, x): list.append(self, x * 2)
    def __init__(self, *a): list.__init__(self, a)
    def __repr__(self): return "Loud" + list.__repr__(self)
    def __len__(self): return list.__len__(self) + 100
class Celsius(float):
    def __new__(cls, v): return float.__new__(cls, v)
    def __repr__(self): return f"{float.__repr__(self)}C"
    def __add__(self, o): return Celsius(float.__add__(self, o)) if False else Celsius(float(self) + o)
class Err(ValueError):
    def __init__(self, m): ValueError.__init__(self, m); self.m = m
u = Upper(); u["x"] = 1; l = Loud(1, 2); l.append(3)
it = iter([1, 2])
print(sorted(d, key=d.__getitem__), max(d, key=d.get), u["x"], u, l, len(l), Celsius(3) + 1, it.__next__(), [1, 2].__len__(), "abc".__contains__("b"), (5).__abs__(), str(Err("e")))
print(list(map(str.strip, [" a "])), list(map(int, "12")), sorted(["B", "a"], key=str.lower), list(filter(str.isdigit, "a1")), list(map(dict.keys, [d]))[0], sum([[1], [2]], []), dict.fromkeys("ab", 0), int.bit_length(5), str.join("-", "ab"), str.format("{}", 1))
f, t, e = str, type, enumerate
print(f(5), t(5) is int, list(e("a")), t("X", (), {"y": 1})().y, t(l).__name__, isinstance(3, t), type(type) is type, type(d) == dict, f is str, {str: 1}[f], list(map(t, [1, "a"])))
class Meta:
    def __class_getitem__(cls, item): return f"{cls.__name__}[{item}]"
    def __dir__(self): return ["z", "y"]
    def __sizeof__(self): return 1
    def __bool__(self): return False
    def __missing__(self, k): return k
print(Meta[int], dir(Meta()), bool(Meta()), [*reversed([1, 2])], all([]), any([0, 1]), divmod(7, 2), next(iter([]), "none"), sorted({3, 1}), callable(print), id(d) == id(d), abs(-2), round(2.567, 1), pow(2, 3, 5), sum(range(5), 10), chr(65), list(zip("ab", [1, 2])))
x = [5, 3, 8]; x.sort(reverse=True); x.insert(1, 9); x.remove(3); y = x.pop(); x += [1]; x[1:2] = [7, 7]; del x[0]; x.extend("q"); x.reverse()
s = {1, 2, 3}; s -= {1}; s.discard(9); s.add(4); s ^= {2, 5}
x, y, s, s & {5}, s | {0}, {1} < {1, 2}, x.index(7), x.count(7), x.copy() == x, [*x, *s][-1], {**d, "c": 2}, d.pop("zz", None), d.setdefault("n", []), d.popitem(), [i for i in d.items()], list(d | {"q": 1}), bool({}), (1,) + (2,), [[0] * 2] * 2, (1, 2) < (1, 3)
""", None),
}
