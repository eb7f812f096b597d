# ruff: noqa: E501 (programs as agents write them)
# fmt: off
"""Programs of the kind that agents write: numbers, tables and images with other packages, simulations, tasks."""

PROGRAMS = {
    "numpy_work": ("""
import numpy as np
rng = np.random.default_rng(42)
a = np.arange(12).reshape(3, 4)
m = rng.normal(size=(4, 4)).round(3)
print(a, a.T.shape, a.sum(axis=0), a.mean(), a[a % 2 == 0], a[:, 1:3], a[-1], sep="\\n")
b = a.astype(float); b[b > 8] = np.nan; b[0] *= 10; b[:, 0] += 1
print(np.nanmean(b), np.isnan(b).sum(), np.where(np.isnan(b), 0, b).max(), np.argmax(a), np.unravel_index(7, a.shape))
A = np.array([[3., 1.], [1., 2.]]); y = np.array([9., 8.])
x = np.linalg.solve(A, y)
w, v = np.linalg.eigh(A)
print(x, A @ x, np.allclose(A @ x, y), w.round(4), np.linalg.det(A).round(3), np.linalg.inv(A).round(2).tolist(), np.linalg.norm(y))
print(np.linspace(0, 1, 5), np.concatenate([a, a[:1]]).shape, np.vstack([y, y]), np.hstack([y, x]), np.stack([y, y], axis=1).ravel())
print(np.percentile([1, 2, 3, 4], [25, 50]), np.cumsum([1, 2, 3]), np.diff([1, 4, 9]), np.unique([3, 1, 3], return_counts=True), np.clip([1, 5, 9], 2, 6))
print(np.polyfit([0, 1, 2], [1, 3, 5], 1).round(6), np.corrcoef([1, 2, 3], [2, 4, 7]).round(4), np.histogram([1, 2, 2, 3], bins=3)[0], np.outer([1, 2], [3, 4]))
rec = np.array([("a", 1), ("b", 2)], dtype=[("name", "U5"), ("n", int)])
print(rec["n"].sum(), rec[rec["name"] == "b"], np.sort([3, 1, 2])[::-1], np.argsort([3, 1, 2]), np.bincount([0, 1, 1]), np.any(a > 10), np.all(a >= 0))
f = np.vectorize(lambda t: t ** 2 if t > 0 else 0)
print(f(np.array([-1, 2])), np.apply_along_axis(sum, 1, a), np.meshgrid([1, 2], [3, 4])[0], np.einsum("ij->j", a), np.dot([1, 2], [3, 4]), np.exp(0), np.pi)
c = a.copy(); c.sort(axis=1); c.flat[0] = 99; c.resize(12)
with np.errstate(divide="ignore"): z = np.array([1.0]) / 0
try: a @ a
except ValueError as e: print(type(e).__name__)
float(m.trace()), c.shape, z, a.dtype.name, np.int64(5) + 1, isinstance(a, np.ndarray), a.tolist()[0], repr(np.float64(2.5)), len(a), 5 in a
""", None),
    "pandas_work": ("""
import pandas as pd, numpy as np
df = pd.DataFrame({"name": ["Ann", "Bob", "Cy", "Di", "Ed"], "team": list("xyxyx"), "score": [90, 85, np.nan, 70, 88.5],
                   "when": pd.to_datetime(["2024-01-01", "2024-01-15", "2024-02-01", "2024-02-20", "2024-03-05"])})
print(df.to_string(), df.shape, df.dtypes.astype(str).to_dict(), sep="\\n")
print(df.describe().round(2).to_string())
df["score"] = df["score"].fillna(df.groupby("team")["score"].transform("mean"))
df = df.assign(rank=df.score.rank(ascending=False).astype(int), month=df.when.dt.month_name(), upper=df.name.str.upper())
print(df.groupby("team").agg(n=("name", "count"), best=("score", "max"), avg=("score", "mean")).round(2))
print(df[(df.score > 80) & (df.team == "x")][["name", "score"]], df.loc[df.name.isin(["Ann", "Di"]), "score"].tolist(), df.iloc[1:3, 0].values)
df.loc[df.score < 80, "score"] += 5
df.loc[len(df)] = ["Flo", "y", 60, pd.Timestamp("2024-03-09"), 6, "March", "FLO"]
pivot = df.pivot_table(index="team", columns="month", values="score", aggfunc="sum", fill_value=0)
print(pivot, pivot.columns.tolist(), sep="\\n")
teams = pd.DataFrame({"team": ["x", "z"], "city": ["Oslo", "Rome"]})
print(df.merge(teams, on="team", how="left")[["name", "city"]], pd.concat([teams, teams]).drop_duplicates().reset_index(drop=True))
print(df.apply(lambda r: f"{r['name']}:{r['score']:.0f}", axis=1).tolist(), df.score.map(lambda s: s > 85).sum(), df.name.str.len().max(), df.sort_values(["team", "score"], ascending=[True, False]).name.tolist())
print(df.set_index("when").score.resample("MS").mean().round(1).to_dict(), df.score.cumsum().iloc[-1], df.team.value_counts().to_dict(), df.query("score > 85 and team == 'x'").name.tolist())
for i, row in df.head(2).iterrows(): print(i, row["name"], row.score)
for t in df.head(1).itertuples(index=False): print(t.name, t.score)
print(df.rename(columns=str.title).columns.tolist(), df.drop(columns=["upper", "month"]).melt(id_vars=["name", "team"]).shape, pd.cut(df.score, [0, 75, 90, 100], labels=["C", "B", "A"]).tolist())
print(df[["score", "rank"]].corr().round(3).iloc[0, 1], pd.crosstab(df.team, df["rank"] > 2), df.nlargest(2, "score").name.tolist(), df.isna().any().any(), df.score.between(80, 90).mean())
print(df.to_json(orient="records", date_format="iso")[:80], df.to_dict("list")["name"], df.to_csv(index=False).splitlines()[0], df.T.shape, df.score.astype(int).dtype, df.name.str.extract(r"^(.)").iloc[0, 0])
s = pd.Series([1, 2, 3], index=list("abc"), name="v"); s["d"] = 4; s.name = "w"
df.columns = [c.replace("name", "person") for c in df.columns]
del df["upper"]
s.to_dict(), (s * 2).sum(), s[s > 1].index.tolist(), df.columns.tolist(), len(df), s.rolling(2).mean().tolist()[1:], float(df["score"].std().round(3)), df.empty
""", None),
    "images": ("""
from PIL import Image, ImageDraw
import io, base64
img = Image.new("RGB", (60, 40), (255, 255, 255))
draw = ImageDraw.Draw(img)
draw.rectangle([5, 5, 30, 30], fill=(255, 0, 0), outline="black")
draw.ellipse((35, 10, 55, 30), fill="blue")
draw.line([(0, 39), (59, 0)], fill=(0, 128, 0), width=2)
small = img.resize((30, 20)).rotate(90, expand=True).convert("L")
pixels = img.load()
pixels[0, 0] = (1, 2, 3)
counts = {}
for x in range(img.width):
    for y in range(img.height):
        counts[img.getpixel((x, y))] = counts.get(img.getpixel((x, y)), 0) + 1
buf = io.BytesIO()
img.save(buf, format="PNG")
again = Image.open(io.BytesIO(buf.getvalue()))
crop = again.crop((5, 5, 31, 31)); crop.putpixel((0, 0), (9, 9, 9))
print(img.size, img.mode, small.size, small.mode, img.getpixel((10, 10)), again.format, again.getpixel((0, 0)), crop.getpixel((0, 0)))
print(len(counts), max(counts, key=counts.get), Image.merge("RGB", img.split()).tobytes() == img.tobytes(), small.histogram()[255] > 0)
thumb = img.copy(); thumb.thumbnail((10, 10)); thumb.paste((0, 0, 0), (0, 0, 2, 2))
thumb.size, img.getbbox(), base64.b64encode(buf.getvalue())[:8], img.point(lambda v: 255 - v).getpixel((59, 39)), isinstance(img, Image.Image)
""", None),
    "simulation": ("""
import random, math, statistics
random.seed(7)
class LCG:
    def __init__(self, seed): self.state = seed
    def __iter__(self): return self
    def __next__(self):
        self.state = (1103515245 * self.state + 12345) & 0x7FFFFFFF
        return self.state / 0x7FFFFFFF
rng = LCG(42)
inside = sum(1 for _ in range(2000) if next(rng) ** 2 + next(rng) ** 2 <= 1)
print(round(4 * inside / 2000, 3))
class Account:
    interest = 0.02
    def __init__(self, owner, balance=0): self.owner, self._balance, self.history = owner, balance, []
    def deposit(self, amount):
        if amount <= 0: raise ValueError("amount must be positive")
        self._balance += amount; self.history.append(("deposit", amount)); return self
    def withdraw(self, amount):
        if amount > self._balance: raise RuntimeError(f"{self.owner} has only {self._balance:.2f}")
        self._balance -= amount; self.history.append(("withdraw", amount)); return self
    @property
    def balance(self): return round(self._balance, 2)
    @classmethod
    def set_interest(cls, rate): cls.interest = rate
    def accrue(self): self._balance *= 1 + self.interest; return self
class Savings(Account):
    def withdraw(self, amount, fee=1): return super().withdraw(amount + fee)
a, s = Account("Al", 100), Savings("Sue", 50)
a.deposit(50).withdraw(30).accrue(); Savings.set_interest(.1); s.accrue()
try: s.withdraw(100)
except RuntimeError as e: print(e)
queue, served, t = [(random.Random(i).random(), i) for i in range(5)], [], 0.0
while queue:
    arrival, who = min(queue); queue.remove((arrival, who)); t = max(t, arrival) + 0.2; served.append((who, round(t, 3)))
walk = [0]
r = random.Random(3)
for _ in range(50): walk.append(walk[-1] + r.choice([-1, 1]))
print(a.balance, s.balance, a.history, served, walk[-1], statistics.fmean(walk), statistics.mode([1, 1, 2]), statistics.quantiles(range(10), n=4))
x = r.sample(range(100), 3), r.shuffle(walk), r.randint(1, 6), round(r.uniform(1, 2), 4), r.choices("ab", weights=[9, 1], k=3), round(r.gauss(0, 1), 4), r.getrandbits(8)
x, math.isclose(.1 + .2, .3), math.gcd(12, 18), math.comb(5, 2), math.hypot(3, 4), math.prod([2, 3, 4]), math.floor(-2.5), math.log2(8), math.inf > 1e308, math.fsum([.1] * 10)
""", None),
    "async_work": ("""
import asyncio
events = []
class Pool:
    def __init__(self, n): self._sem, self.done = asyncio.Semaphore(n), 0
    async def __aenter__(self): events.append("open"); return self
    async def __aexit__(self, t, e, tb): events.append(f"close {t.__name__ if t else None}"); return False
    async def fetch(self, k, delay):
        async with self._sem:
            await asyncio.sleep(delay)
            if k == "bad": raise ValueError(f"no {k}")
            self.done += 1
            return k, delay
async def ticker(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)
async def main():
    async with Pool(2) as pool:
        results = await asyncio.gather(*(pool.fetch(k, .001 * i) for i, k in enumerate(["a", "bad", "c"])), return_exceptions=True)
        first = await asyncio.wait_for(pool.fetch("w", 0), timeout=5)
        task = asyncio.create_task(pool.fetch("t", 0))
        ticks = [i async for i in ticker(4) if i % 2]
        total = 0
        async for i in ticker(3): total += i
        queue = asyncio.Queue()
        async def producer():
            for i in range(3): await queue.put(i)
            await queue.put(None)
        async def consumer():
            got = []
            while (item := await queue.get()) is not None: got.append(item)
            return got
        _, got = await asyncio.gather(producer(), consumer())
        try: await asyncio.wait_for(asyncio.sleep(10), timeout=.01)
        except asyncio.TimeoutError: events.append("timeout")
        async with asyncio.TaskGroup() as group: jobs = [group.create_task(pool.fetch(i, 0)) for i in range(2)]
        return [repr(r) for r in results], first, await task, ticks, total, got, pool.done, [j.result()[0] for j in jobs]
result = asyncio.run(main())
print(events)
result
""", None),
}
