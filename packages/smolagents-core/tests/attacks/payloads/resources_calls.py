# ruff: noqa: E501 (one program on one line)
# fmt: off
"""Attempts with single calls of library code that take very long or make very much, and by calls under other names."""

COLLIDING = "M = 2 ** 61 - 1\na = [i * M for i in range(100_000)]\n"
# Sixty tuples with endlessly many parts, made where nothing tells that they are.
SHARED = "def build(n):\n    x = ()\n    for _ in range(n):\n        t = x\n        x = (x, t)\n    return x\n"

HANGS = {
    # Hashes that collide, under other names of `set`.
    "set_alias": COLLIDING + "f = set\nf(a)",
    "set_type": COLLIDING + "type(set())(a)",
    "set_map": COLLIDING + "list(map(set, [a]))",
    "dict_alias": COLLIDING + "f = dict\nf(zip(a, a))",
    "frozenset_alias": COLLIDING + "f = frozenset\nlen(f(a))",
    # Hashes of shared values as keys of caches.
    "cache_key": "import functools\n@functools.lru_cache(None)\ndef f(x): return 1\n" + SHARED + "f(build(60))",
    "cache_key_in_function": "import functools\n@functools.cache\ndef f(x): return 1\n" + SHARED + "def go():\n    x = build(60)\n    f(x)\ngo()",
    "cache_key_of_method": "from functools import lru_cache\nclass A:\n    @lru_cache(maxsize=5)\n    def f(self, x): return 1\n" + SHARED + "A().f(build(60))",
    "cache_key_assigned": "import functools\nf = functools.cache(lambda x: 1)\n" + SHARED + "f(build(60))",
    # Integers as long as permitted, divided in straight lines.
    "division_lines": "a = 1 << 2_000_000\nb = (1 << 1_000_000) + 1\n" + "x = a // b\n" * 100,
    "division_list": "a = 1 << 2_000_000\nb = (1 << 1_000_000) + 1\nx = [" + "a // b, " * 100 + "]",
    "remainder_list": "a = 1 << 2_000_000\nb = (1 << 1_000_000) + 1\nx = [" + "a % b, " * 100 + "]",
    # The integers that decimal numbers stand for.
    "decimal_floor": "import math\nfrom decimal import Decimal\nmath.floor(Decimal('1e999999999'))",
    "decimal_ceil": "import math\nfrom decimal import Decimal\nmath.ceil(Decimal('1e999999999'))",
    "decimal_trunc": "import math\nfrom decimal import Decimal\nmath.trunc(Decimal('1e999999999'))",
    "decimal_round": "from decimal import Decimal\nround(Decimal('1e999999999'))",
    "decimal_ratio": "from decimal import Decimal\nDecimal('1e999999999').as_integer_ratio()",
    "decimal_percent": "from decimal import Decimal\n'%d' % Decimal('1e999999999')",
    "decimal_variance": "import statistics\nfrom decimal import Decimal\nstatistics.pvariance([Decimal('1e999999999'), Decimal(1)])",
    "decimal_subclass": "import math\nfrom decimal import Decimal\nclass D(Decimal): pass\nmath.floor(D('1e999999999'))",
    "decimal_tuple": "import math\nfrom decimal import Decimal\nmath.floor(Decimal((0, (1,), 999999999)))",
    "decimal_context": "import math\nfrom decimal import Decimal, getcontext\ngetcontext().Emax = 10 ** 9\nmath.floor(Decimal(10) ** 10 ** 9)",
    "decimal_new_context": "import math\nfrom decimal import Decimal, Context\nmath.floor(Context(5, None, None, 10 ** 9).power(Decimal(10), 10 ** 9))",
    "decimal_of_int": "from decimal import Decimal\nx = [Decimal((1 << 2_000_000) - i) for i in range(100)]",
    # Comparisons in C code.
    "heapify": "import heapq\nheapq.heapify([[0] * 10 ** 5 + [i] for i in range(100)] * 10 ** 4)",
    # Values that hold themselves.
    "ast_walk": "import ast\nt = ast.List([], ast.Load())\nt.elts.append(t)\nsum(1 for _ in ast.walk(t))",
    "near_name": "class A: pass\nwhile True:\n    try: getattr(A(), 'x' * 10 ** 7)\n    except AttributeError: pass",
    # Waiting for what never comes.
    "thread_lock": "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    "thread_event": "import threading\nthreading.Event().wait()",
    "thread_condition": "import threading\nc = threading.Condition()\nwith c: c.wait()",
    "thread_barrier": "import threading\nthreading.Barrier(2).wait()",
    "thread_semaphore": "import threading\nthreading.Semaphore(0).acquire()",
    "thread_join": "import threading, time\nt = threading.Thread(target=time.sleep, args=(1000,), daemon=True)\nt.start()\nt.join()",
    "locale_precision": "import locale\nlocale.format_string('%.*f', (10 ** 9, 1.5))",
}

MEMORY = {
    "expand": "import re\nx = re.match('(.*)', 'x' * 10 ** 7).expand(r'\\1' * 200)",
    "expand_unbound": "import re\nx = re.Match.expand(re.match('(.*)', 'x' * 10 ** 7), r'\\1' * 200)",
    "expand_alias": "import re\nf = re.match('(.*)', 'x' * 10 ** 7).expand\nx = list(map(f, [r'\\1' * 200]))",
    "shake_new": "import hashlib\nx = hashlib.new('shake_128').hexdigest(800_000_000)",
    "shake_unbound": "import hashlib\nh = hashlib.shake_256()\nx = type(h).digest(h, 1_600_000_000)",
    "zlib_bomb": "import zlib\no = zlib.compressobj()\nx = b''.join([o.compress(b'0' * 50_000_000) for _ in range(30)]) + o.flush()\ny = zlib.decompress(x)",
    "zlib_bomb_in_pieces": "import zlib\no = zlib.compressobj()\nx = b''.join([o.compress(b'0' * 50_000_000) for _ in range(30)]) + o.flush()\ny = zlib.decompressobj().decompress(x)",
    "gzip_bomb": "import gzip\nx = gzip.compress(b'0' * 50_000_000) * 30\ny = gzip.decompress(x)",
    "bz2_bomb": "import bz2\nx = bz2.compress(b'0' * 50_000_000) * 30\ny = bz2.decompress(x)",
    "lzma_bomb": "import lzma\nx = lzma.compress(b'0' * 50_000_000) * 30\ny = lzma.decompress(x)",
    "join_lying_len": "class S(str):\n    def __len__(self): return 0\nx = ''.join([S('x' * 10 ** 7)] * 200)",
    "pprint_indent": "import pprint\nx = pprint.pformat([[1] * 60, [2] * 60], indent=10 ** 9)",
    "date_format": "import datetime\nx = datetime.datetime.now().strftime('%c' * 10 ** 7)",
    "time_format": "import time\nx = time.strftime('%c' * 10 ** 7)",
    "source_tree": "import ast\nx = ast.literal_eval('(' + '1,' * 3_000_000 + ')')",
    "array_extend": "import array\nx = array.array('q', [1])\nwhile True: x.extend(x)",
    "list_alias": "x = 'ab' * 40_000_000\nf = list\ny = f(x)\nz = f(x)\nq = f(x)",
}
