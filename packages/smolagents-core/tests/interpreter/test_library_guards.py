"""Guarded library calls do what they do in plain Python."""

# ruff: noqa: E501 (one program on one line)

from __future__ import annotations

import ast
import typing
import xml.etree.ElementTree
from typing import Any

import pytest
from smolagents.errors import InterpreterError
from smolagents.local_python_executor import LocalPythonExecutor

IMPORTS = ["array", "ast", "bz2", "dataclasses", "decimal", "functools", "gzip", "hashlib", "heapq", "lzma", "pprint",
           "typing", "xml.etree.ElementTree", "zlib"]  # fmt: skip
PROGRAMS = {
    "aliases": "make, group, table, pair = list, set, dict, tuple\nseq = list\nunique = set\nmapping = dict\nclass Table(mapping): pass\n"
    "(seq('ab'), seq(), unique([1, 1]), mapping(a=1), Table(a=2)['a'], isinstance([], seq), isinstance(unique(), set), mapping.fromkeys('ab'), type([]) == seq, seq, mapping[str, int], make('a'), group('a'), table(), pair('ab'))",
    "alias_in_match": "seq = list\nmatch [1]:\n    case seq(): found = 'list'\n    case _: found = 'other'\nfound",
    "map_of_constructors": "(list(map(set, [[1, 1], [2]])), list(map(dict, [{1: 2}])), type({1})([3, 3]), type([])((1, 2)), type({})(a=1))",
    "memoized": "import functools\n@functools.lru_cache(maxsize=None)\ndef ways(n, coins=(1, 2, 5)):\n    if n == 0: return 1\n    return sum(ways(n - coin, coins) for coin in coins if coin <= n)\nnode = None\nfor i in range(50): node = (i, node)\n@functools.cache\ndef depth(node): return 0 if node is None else 1 + depth(node[1])\n(ways(12), depth(node), ways.cache_info().misses)",
    "digests": "import hashlib\nh = hashlib.shake_256(b'a')\n(h.hexdigest(8), h.digest(length=4), hashlib.sha256(b'x').hexdigest(), hashlib.new('md5', b'').digest(), type(h).hexdigest(h, 3))",
    "compression": "import bz2, gzip, lzma, zlib\ntext = b'hello ' * 1000\n([m.decompress(m.compress(text) * 2) == text * 2 for m in (bz2, gzip, lzma)], zlib.decompress(zlib.compress(text)) == text, zlib.decompress(zlib.compress(text, wbits=31), wbits=31) == text)",
    "compression_in_pieces": "import zlib\ntext = b'hello ' * 1000\nu = zlib.decompressobj()\nfirst = u.decompress(zlib.compress(text), 10)\n(first, u.decompress(u.unconsumed_tail) == text[10:], u.eof)",
    "compression_errors": "import bz2, zlib\nfound = []\nfor unpack, data in ((zlib.decompress, b'junk'), (zlib.decompress, zlib.compress(b'text')[:-5]), (bz2.decompress, bz2.compress(b'text')[:-5])):\n    try: unpack(data)\n    except Exception as e: found.append((type(e).__name__, str(e)))\nfound",
    "expand": "import re\nm = re.match('(a)(b)', 'abc')\n(m.expand(r'\\2\\1'), re.Match.expand(m, 'x'), list(map(m.expand, [r'\\1'])))",
    "random": "import random\nr = random.Random(3)\n(r.sample([1, 2, 3], k=2), r.getrandbits(5), r.randbytes(3))",
    "dates": "import datetime, time\nd = datetime.datetime(2020, 1, 2, 3)\n(d.strftime('%Y-%m'), time.strftime('%Y', time.gmtime(0)), f'{d:%d}', datetime.date.strftime(d, '%m'), datetime.time(1).strftime('%H'), format(d, '%Y'))",
    "decimal": "from decimal import Decimal, InvalidOperation, ROUND_HALF_UP\nclass Money(Decimal):\n    def show(self): return f'${self:.2f}'\nx = Decimal('0.1') + Decimal(2)\nm = Money('3.14159')\ntry: Decimal('abc')\nexcept InvalidOperation: failed = True\n"
    "(x, type(x) == Decimal, type(x) is Decimal, isinstance(x, Decimal), m.show(), isinstance(m, Decimal), m + 1, Decimal.from_float(0.5), Decimal((0, (1, 2), -1)), Decimal('NaN').is_nan(), x.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP), max(x, m), sum([x, x]), list(map(Decimal, ['1', '2'])), failed, repr(m), Decimal)",
    "decimal_context": "from decimal import Context, Decimal, ROUND_DOWN, getcontext, localcontext\ngetcontext().prec = 50\ngetcontext().prec += 5\ngetcontext().Emax = 1000\nwith localcontext() as c:\n    c.prec = 4\n    root = Decimal(2).sqrt()\nkept = getcontext().prec\ngetcontext().prec = 28\ngetcontext().Emax = 999999\n(kept, root, Context(5, ROUND_DOWN, -10, 10).divide(Decimal(2), Decimal(3)), Context(prec=3).divide(Decimal(1), 3))",
    "source": "import ast\n(ast.literal_eval(\"[1, {'a': 2}]\"), ast.dump(ast.parse('x = 1')))",
    "pprint": "import pprint\n(pprint.pformat({'b': [1] * 40, 'a': 2}, indent=2, width=40), pprint.PrettyPrinter(width=20).pformat(['abc'] * 5), pprint.saferepr([1]))",
    "heap": "import heapq\nh = [5, 1, 4]\nheapq.heapify(h)\n(heapq.heappop(h), h)",
    "array": "import array\na = array.array('i', [1])\na.extend(a)\na.extend([3])\na.tolist()",
    "xml": "import xml.etree.ElementTree as ET\nET.register_namespace('svg', 'http://svg')\nET.tostring(ET.Element('{http://svg}a'))",
    "division": "a, b = 10 ** 40, 10 ** 20 + 1\n[a // b, a % b, b // 7, *[a // b] * 3, a // b, a % b, a // b, a % b]",
    "joining": "', '.join(['中' * 10] * 10_000) == ('中' * 10 + ', ') * 9999 + '中' * 10",
}


def plain(source: str) -> Any:
    tree = ast.parse(source)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(tree, "<program>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "<program>", "eval"), namespace)


def session() -> LocalPythonExecutor:
    executor = LocalPythonExecutor(IMPORTS)
    executor.send_tools({})
    return executor


@pytest.mark.parametrize("name", PROGRAMS)
def test_results_are_those_of_plain_python(name: str) -> None:
    source = PROGRAMS[name]
    assert repr(session()(source).output) == repr(plain(source))


@pytest.mark.parametrize(
    "source",
    [
        "import hashlib\nhashlib.shake_128(b'').hexdigest(500_000_000)",
        "import zlib\no = zlib.compressobj()\nx = b''.join([o.compress(bytes(40_000_000)) for _ in range(3)]) + o.flush()\nzlib.decompress(x)",
        "import zlib\no = zlib.compressobj()\nx = b''.join([o.compress(bytes(40_000_000)) for _ in range(3)]) + o.flush()\nzlib.decompressobj().decompress(x)",
        "import lzma\nlzma.decompress(lzma.compress(bytes(40_000_000)) * 3)",
        "import re\nre.match('(.*)', 'x' * 10 ** 6).expand(r'\\1' * 200)",
        "from decimal import Decimal\nround(Decimal('1e9999999'))",
        "from decimal import getcontext\ngetcontext().Emax = 10 ** 7",
        "from decimal import Context\nContext(5, None, None, 10 ** 7)",
        "from decimal import Decimal\nclass D(Decimal): pass\nD('1e9999999')",
        "import datetime\ndatetime.datetime.now().strftime('%c' * 10 ** 5)",
        "import datetime\nf'{datetime.datetime.now():{\"%c\" * 10 ** 5}}'",
        "import pprint\npprint.pformat([1], indent=10 ** 6)",
        "class S(str):\n    def __len__(self): return 0\n''.join([S('x' * 10 ** 7)] * 20)",
    ],
)
def test_what_would_be_too_much_is_refused(source: str) -> None:
    with pytest.raises(InterpreterError, match=r"too (large|long)"):
        session()(source)


def test_a_long_class_name_makes_no_long_message() -> None:
    with pytest.raises(InterpreterError) as caught:
        session()("raise type('E' * 10 ** 6, (Exception,), {})('a')")
    assert len(str(caught.value)) < 1000


def test_the_library_forgets_the_guests_objects() -> None:
    session()(
        "import typing\nclass G:\n    def __hash__(self): return 1\n    def __eq__(self, other): return True\n"
        "    def __call__(self): pass\ntyping.Optional[G()]"
    )

    class Own:
        __hash__ = lambda self: 1  # noqa: E731

        def __call__(self) -> None: ...

    own: Any = Own()
    assert typing.get_args(typing.Optional[own])[0] is own  # noqa: UP045


def test_prefixes_of_xml_hold_until_the_action_ends() -> None:
    session()("import xml.etree.ElementTree as ET\nET.register_namespace('own', 'http://own')")
    assert b"ns0:a" in xml.etree.ElementTree.tostring(xml.etree.ElementTree.Element("{http://own}a"))
