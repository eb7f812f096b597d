# ruff: noqa: E501 (programs as agents write them)
# fmt: off
"""Programs of the kind that agents write: data from text, in tables, over time."""

PROGRAMS = {
    "csv_report": ("""
import csv, io
from collections import defaultdict, Counter, namedtuple
from statistics import mean, median, stdev
text = '''date,region,product,units,price
2024-01-03,north,"bolt, big",10,2.50
2024-01-05,south,nut,200,0.10
2024-02-11,north,nut,150,0.12
2024-02-14,east,gear,3,12.00
2024-02-20,south,"bolt, big",7,2.75
'''
rows = list(csv.DictReader(io.StringIO(text)))
for r in rows: r.update(units=int(r["units"]), price=float(r["price"]))
totals = defaultdict(lambda: {"units": 0, "revenue": 0.0})
for r in rows:
    t = totals[r["region"]]
    t["units"] += r["units"]; t["revenue"] += r["units"] * r["price"]
out = io.StringIO()
w = csv.DictWriter(out, fieldnames=["region", "units", "revenue"], quoting=csv.QUOTE_MINIMAL)
w.writeheader()
for region, t in sorted(totals.items(), key=lambda kv: -kv[1]["revenue"]): w.writerow({"region": region, **{k: round(v, 2) for k, v in t.items()}})
print(out.getvalue())
by_month = Counter(r["date"][:7] for r in rows)
print(by_month.most_common(), mean(r["price"] for r in rows), median([r["units"] for r in rows]), round(stdev(r["units"] for r in rows), 3))
width = max(len(r["product"]) for r in rows)
print(*(f"{r['product']:<{width}} {r['units']:>5} {r['price']:>7.2f}" for r in rows), sep="\\n")
print("-" * 20, f"{sum(t['revenue'] for t in totals.values()):,.2f}", sep="")
reader = csv.reader(["a;b;'c;d'"], delimiter=";", quotechar="'")
Row = namedtuple("Row", rows[0].keys())
next(reader), Row(**rows[0]).product, [Row(**r)._asdict()["units"] for r in rows if r["region"] != "north"]
""", None),
    "json_walk": ("""
import json
from datetime import date, datetime
from decimal import Decimal
doc = json.loads('{"users": [{"id": 1, "name": "Zoë", "roles": ["admin", "dev"], "address": {"city": "Oslo", "zip": null}}, {"id": 2, "name": "Bo", "roles": []}], "total": 2, "ok": true, "rate": 1.5e3}')
def flatten(obj, path=""):
    match obj:
        case dict():
            for k, v in obj.items(): yield from flatten(v, f"{path}.{k}" if path else k)
        case list() if obj:
            for i, v in enumerate(obj): yield from flatten(v, f"{path}[{i}]")
        case _: yield path, obj
flat = dict(flatten(doc))
for k, v in flat.items(): print(f"{k:<28}{v!r}")
class Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, (date, datetime)): return o.isoformat()
        if isinstance(o, Decimal): return str(o)
        if isinstance(o, set): return sorted(o)
        if hasattr(o, "__dict__"): return {"_type": type(o).__name__, **o.__dict__}
        return super().default(o)
class Thing:
    def __init__(self): self.when, self.cost, self.tags = date(2024, 2, 29), Decimal("1.10"), {"b", "a"}
print(json.dumps({"t": Thing(), "n": [1, 2.5, None, True]}, cls=Encoder, indent=2, sort_keys=True))
print(json.dumps("ü"), json.dumps("ü", ensure_ascii=False), json.dumps({1: 2}, separators=(",", ":")), json.dumps(float("inf")))
try: json.dumps({1, 2})
except TypeError as e: print(e)
def hook(d): return complex(d["re"], d["im"]) if d.keys() == {"re", "im"} else d
z = json.loads('[{"re": 1, "im": 2}, 1.10]', object_hook=hook, parse_float=Decimal)
buf = [json.loads(line) for line in '{"a": 1}\\n{"a": 2}'.splitlines()]
z, buf, flat["users[0].address.city"], json.loads(json.dumps(doc)) == doc, sum(u["id"] for u in doc["users"])
""", None),
    "log_parsing": ("""
import re
from collections import Counter
from datetime import datetime, timedelta
log = '''2024-05-01 10:00:01,123 INFO [web] GET /index.html 200 12ms
2024-05-01 10:00:02,456 ERROR [db] timeout after 30s (attempt 1/3)
2024-05-01 10:00:05,000 WARNING [web] GET /slow?x=1&y=2 200 2500ms
garbage line
2024-05-01 10:01:00,999 ERROR [db] timeout after 30s (attempt 2/3)
'''
pattern = re.compile(r'''^(?P<ts>\\d{4}-\\d\\d-\\d\\d\\ \\d\\d:\\d\\d:\\d\\d),(?P<ms>\\d{3})\\s
    (?P<level>[A-Z]+)\\s\\[(?P<source>\\w+)\\]\\s(?P<message>.*)$''', re.VERBOSE | re.MULTILINE)
entries = []
for m in pattern.finditer(log):
    d = m.groupdict()
    d["when"] = datetime.strptime(d.pop("ts"), "%Y-%m-%d %H:%M:%S") + timedelta(milliseconds=int(d.pop("ms")))
    entries.append(d)
print(Counter(e["level"] for e in entries), len(entries))
gaps = [(b["when"] - a["when"]).total_seconds() for a, b in zip(entries, entries[1:])]
print(gaps, max(entries, key=lambda e: e["when"])["when"].isoformat(timespec="milliseconds"))
slow = [int(m[1]) for e in entries if (m := re.search(r"(\\d+)ms", e["message"])) and int(m[1]) > 100]
urls = re.findall(r"(?:GET|POST) (\\S+)", log)
query = dict(p.split("=") for p in urls[1].split("?")[1].split("&"))
masked = re.sub(r"\\d+", lambda m: "#" * len(m.group()), entries[1]["message"])
swapped = re.sub(r"(\\w+)@(\\w+)", r"\\2 at \\1", "me@home, you@work", count=1)
print(slow, urls, query, masked, swapped, re.split(r"[,;]\\s*", "a, b;c"), re.fullmatch(r"[a-z]+", "abc") is not None)
print(re.subn("a", "b", "banana"), re.escape("a.b*c"), [m.span() for m in re.finditer("an", "banana")], pattern.groupindex["level"], re.I | re.M)
m = re.match(r"(?P<a>\\d+)-(\\d+)?", "12-")
m.groups(), m.group("a", 0), m.start("a"), m.lastgroup, m[2], bool(re.search("(?i)X", "x")), m.expand(r"<\\1>")
""", None),
    "dates": ("""
from datetime import date, datetime, time, timedelta, timezone
import calendar
start, end = date(2024, 1, 29), date(2024, 3, 4)
days = [start + timedelta(days=i) for i in range((end - start).days + 1)]
workdays = [d for d in days if d.weekday() < 5]
weeks = {}
for d in workdays: weeks.setdefault(d.isocalendar()[:2], []).append(d)
for (year, week), ds in weeks.items(): print(year, week, len(ds), ds[0].strftime("%a %d %b"), "-", f"{ds[-1]:%d.%m.%Y}")
def add_months(d, n):
    y, m = divmod(d.month - 1 + n, 12)
    y += d.year; m += 1
    return d.replace(year=y, month=m, day=min(d.day, calendar.monthrange(y, m)[1]))
print([add_months(date(2024, 1, 31), n).isoformat() for n in range(-2, 3)], calendar.isleap(2024), calendar.month_name[2], calendar.day_abbr[0])
t0 = datetime(2024, 3, 10, 23, 30, tzinfo=timezone.utc)
local = t0.astimezone(timezone(timedelta(hours=5, minutes=30), "IST"))
print(t0.isoformat(), local, local.utcoffset(), local.tzname(), t0 == local, (local - t0), datetime.fromisoformat("2024-05-06T07:08:09+02:00").timestamp())
age = lambda born, today: today.year - born.year - ((today.month, today.day) < (born.month, born.day))
print(age(date(2000, 2, 29), date(2024, 2, 28)), timedelta(days=1, seconds=3661), timedelta(hours=36) / timedelta(hours=12), -timedelta(minutes=5), divmod(timedelta(hours=5), timedelta(hours=2)))
print(datetime.combine(start, time(9, 15)), time(9, 15) < time(10), date.fromordinal(738000), datetime.min.year, start.timetuple().tm_yday, datetime(2024, 1, 1) < datetime.max)
print(calendar.TextCalendar().formatmonth(2024, 2))
try: datetime.strptime("2024-13-01", "%Y-%m-%d")
except ValueError as e: print(e)
sorted(["2024-03-01", "2023-12-31"], key=date.fromisoformat), datetime.strptime("5 Mar 24 04PM", "%d %b %y %I%p"), (end - start).days, date(2024, 2, 29).replace(year=2023, day=28)
""", None),
    "group_and_pivot": ("""
from itertools import groupby, chain, product, accumulate, islice, tee, zip_longest, combinations, pairwise, starmap, takewhile, dropwhile, count
from operator import itemgetter, attrgetter, methodcaller
from collections import OrderedDict, ChainMap, deque
data = [("2024", "a", 3), ("2023", "b", 5), ("2024", "b", 7), ("2023", "a", 1), ("2024", "a", 2)]
data.sort(key=itemgetter(0, 1))
table = {year: {k: sum(r[2] for r in g) for k, g in groupby(rows, key=itemgetter(1))} for year, rows in groupby(data, key=itemgetter(0))}
columns = sorted(set(chain.from_iterable(table.values())))
print("year", *columns, sep="\\t")
for year, row in table.items(): print(year, *(row.get(c, "-") for c in columns), sep="\\t")
def batched_(it, n):
    it = iter(it)
    while chunk := list(islice(it, n)): yield chunk
def window(seq, n):
    d = deque(maxlen=n)
    for x in seq:
        d.append(x)
        if len(d) == n: yield tuple(d)
a, b = tee(range(5)); next(b, None)
print(list(zip(a, b)), list(batched_(range(7), 3)), list(window("abcd", 2)), list(pairwise("xyz")))
print(list(accumulate([3, 1, 4, 1, 5], max)), list(starmap(pow, [(2, 3), (3, 2)])), list(zip_longest("ab", "c", fillvalue="?")))
transposed = [list(c) for c in zip(*[[1, 2, 3], [4, 5, 6]])]
inverse = {}
for k, vs in {"x": [1, 2], "y": [2]}.items():
    for v in vs: inverse.setdefault(v, set()).add(k)
settings = ChainMap({"debug": True}, {"debug": False, "level": 3})
print(transposed, {k: sorted(v) for k, v in inverse.items()}, settings["debug"], dict(settings), settings.new_child({"level": 9})["level"])
lookup = {r[:2]: r[2] for r in data}
(first, *middle, last), [x, [y, z]] = "hello", [1, [2, 3]]
print(lookup["2024", "b"], first, middle, last, x + y + z, max(data, key=lambda r: r[-1]), sorted(data, key=lambda r: (-r[2], r[1]))[0])
print([*takewhile(lambda n: n * n < 50, count(1))], list(dropwhile(str.isalpha, "ab1c")), sum(1 for _ in combinations(range(6), 3)), sorted(map(str.upper, "bca"), reverse=True))
o = OrderedDict.fromkeys("abc"); o.move_to_end("a"); o.popitem(last=False)
list(o), [f"{i}{j}" for i, j in product("ab", range(2))], list(map(methodcaller("split", ","), ["a,b"])), dict(zip("ab", (1, 2))) | {"c": 3}
""", None),
    "xml_html_and_bytes": ("""
import html, base64, hashlib, struct, zlib, string, textwrap, difflib, uuid
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self._open, self.text = [], None, []
    def handle_starttag(self, tag, attrs):
        if tag == "a": self._open = dict(attrs).get("href")
    def handle_data(self, data):
        self.text.append(data.strip())
        if self._open: self.links.append((self._open, data))
    def handle_endtag(self, tag): self._open = None
p = Links(); p.feed('<h1>Title</h1><p>see <a href="/x?a=1&amp;b=2">this &lt;one&gt;</a> or <a href="#">that</a></p>')
print(p.links, [t for t in p.text if t], html.escape("<a & 'b'>"), html.unescape("&eacute;&#33;"))
root = ET.fromstring("<list><item id='1'>one</item><item id='2'><b>two</b></item></list>")
for item in root.iter("item"): print(item.get("id"), item.text, [c.tag for c in item], item.findtext("b"))
ET.SubElement(root, "item", {"id": "3"}).text = "three"
print(ET.tostring(root, encoding="unicode"), len(root.findall("./item[@id='3']")))
data = struct.pack(">IhB4s", 1, -2, 3, b"abcd")
print(data, struct.unpack(">IhB4s", data), struct.calcsize("<qd"), base64.b64encode(data), base64.b64decode("aGk="), data.hex(" "), bytes.fromhex("ff00"))
print(hashlib.sha256(b"x").hexdigest()[:12], hashlib.md5("é".encode()).hexdigest(), zlib.decompress(zlib.compress(b"a" * 100))[:3], zlib.crc32(b"abc"), int.from_bytes(b"\\x01\\x00", "big"), (1024).to_bytes(2, "little"))
print(textwrap.fill("the quick brown fox jumps over the lazy dog " * 2, width=30), textwrap.dedent("    a\\n      b"), textwrap.shorten("hello big world", 11), textwrap.indent("x\\ny", "> "), sep="\\n")
print(string.Template("$who owes $$${amount}").substitute(who="Al", amount=5), string.capwords("ab cd"), string.ascii_lowercase[:5])
print("\\n".join(difflib.unified_diff(["a", "b"], ["a", "c"], lineterm="")), difflib.get_close_matches("appel", ["apple", "ape"]), difflib.SequenceMatcher(None, "abc", "abd").ratio().__round__(2))
table = str.maketrans({"a": "4", "e": "3", "x": None}); b = bytearray(b"abc"); b[0] = 65; b.extend(b"!")
"a text".translate(table), b, bytes(b).decode(), "naïve".encode("ascii", "replace"), uuid.UUID(int=5).hex[-2:], "ß".casefold(), "\\N{SNOWMAN}".encode("utf-8")
""", None),
}
