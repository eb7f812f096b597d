# ruff: noqa: E501 (one program on one line)
# fmt: off
"""Attempts to read what the exceptions of host functions hold, in each of the ways in which code gets them."""

LEAKS = {
    "raised/abcmeta_exit": "from abc import ABCMeta\ngot = []\nK = ABCMeta('K', (), {'__enter__': lambda s: s, '__exit__': lambda s, t, e, tb: got.append(e) or True})\nwith K(): failing()\ngot[0].secret",
    "raised/enum_functional_exit": "import enum\ngot = []\nK = enum.Enum('K', {'A': 1, '__enter__': lambda s: s, '__exit__': lambda s, t, e, tb: got.append(e) or True})\nwith K.A: failing()\ngot[0].secret",
    "raised/enum_functional_exit_stack": "import enum, contextlib\ngot = []\nK = enum.Enum('K', {'A': 1, '__enter__': lambda s: s, '__exit__': lambda s, t, e, tb: got.append(e) or True})\nwith contextlib.ExitStack() as s:\n    s.enter_context(K.A)\n    failing()\ngot[0].secret",
    "raised/enum_functional_exit_push": "import enum, contextlib\ngot = []\nK = enum.Enum('K', {'A': 1, '__enter__': lambda s: s, '__exit__': lambda s, t, e, tb: got.append(e) or True})\nwith contextlib.ExitStack() as s:\n    s.push(K.A)\n    failing()\ngot[0].secret",
    "raised/builtin_attr": 'try: failing_builtin()\nexcept ValueError as e: r = e.secret\nr',
    "raised/builtin_args": 'try: failing_builtin()\nexcept ValueError as e: r = e.args[1]._secret_text\nr',
    "raised/builtin_notes": 'try: failing_builtin()\nexcept ValueError as e: r = e.__notes__\nr',
    "raised/builtin_dict": 'try: failing_builtin()\nexcept ValueError as e: r = e.__dict__\nr',
    "raised/builtin_cause": 'try: failing_builtin()\nexcept ValueError as e: r = e.__cause__.secret\nr',
    "raised/builtin_context_args": 'try: failing_builtin()\nexcept ValueError as e: r = [e.__context__.args, e.__cause__.args]\nr',
    "raised/builtin_context": 'try:\n    try: failing_builtin()\n    except ValueError: 1 / 0\nexcept ZeroDivisionError as e: r = e.__context__.secret\nr',
    "raised/unicode_object": 'try: failing_unicode()\nexcept UnicodeDecodeError as e: r = e.object\nr',
    "raised/exit_stack_builtin": 'import contextlib\ngot = []\nwith contextlib.ExitStack() as s:\n    s.push(lambda t, e, tb: got.append(e) or True)\n    failing_builtin()\ngot[0].secret',
    "raised/exit_builtin": 'got = []\nclass K:\n    def __enter__(self): return self\n    def __exit__(self, t, e, tb): got.append(e); return True\nwith K(): failing_builtin()\ngot[0].secret',
    "raised/group_builtin": 'try: failing_builtin()\nexcept* ValueError as g: r = g.exceptions[0].secret\nr',
    "raised/host_group": 'try: failing_group()\nexcept* ValueError as g: r = g.exceptions[0].secret\nr',
    "raised/host_group2": 'try: failing_group()\nexcept ExceptionGroup as g: r = [x.secret for x in g.exceptions]\nr',
    "raised/throw_generator": 'def g():\n    try: yield\n    except ValueError as e: yield e.secret\nx = g()\nnext(x)\nimport contextlib\n@contextlib.contextmanager\ndef c():\n    try: yield\n    except ValueError as e: print(e.secret)\nwith c(): failing_builtin()',
    "raised/format_exception_only": 'import traceback\ntry: failing_builtin()\nexcept Exception as e: r = traceback.format_exception_only(e)\nr',
}
# FAIL is the call that raises.
CALLS = {"own": "failing()", "builtin": "failing_builtin()", "unicode": "failing_unicode()", "group": "failing_group()"}
WAYS = {
    "except": "try: FAIL\nexcept Exception as e: got.append(e)",
    "finally": 'try:\n    try: FAIL\n    finally: 1 / 0\nexcept ZeroDivisionError as e: got.append(e.__context__)',
    "star": "try: FAIL\nexcept* Exception as e: got.append(e)",
    "cause": "try:\n    try: FAIL\n    except Exception as e: raise KeyError from e\nexcept KeyError as k: got.append(k.__cause__)",
    "context_twice": "try:\n    try:\n        try: FAIL\n        except Exception: 1 / 0\n    except Exception: [][0]\nexcept Exception as e: got.append(e.__context__.__context__)",
    "with": "class K:\n    def __enter__(self): pass\n    def __exit__(self, *a): got.append(a[1]); return True\nwith K(): FAIL",
    "generator": "def g():\n    try: yield\n    except Exception as e: got.append(e)\nimport contextlib\nwith contextlib.contextmanager(g)(): FAIL",
    "generator_context": "def g():\n    try: yield\n    finally:\n        try: 1 / 0\n        except Exception as e: got.append(e.__context__)\nimport contextlib\ntry:\n    with contextlib.contextmanager(g)(): FAIL\nexcept Exception: pass",
    "stack": "import contextlib\nwith contextlib.ExitStack() as s:\n    s.push(lambda *a: got.append(a[1]) or True)\n    FAIL",
    "stack_keywords": "import contextlib\ndef leave(kind, value=None, tb=None):\n    got.append(value)\n    return True\nwith contextlib.ExitStack() as s:\n    s.push(leave)\n    FAIL",
    "async_stack": "import asyncio, contextlib\nasync def main():\n    async def leave(*a): got.append(a[1]); return True\n    async with contextlib.AsyncExitStack() as s:\n        s.push_async_exit(leave)\n        FAIL\nasyncio.run(main())",
    "async_with": "import asyncio\nclass K:\n    async def __aenter__(self): pass\n    async def __aexit__(self, *a): got.append(a[1]); return True\nasync def main():\n    async with K(): FAIL\nasyncio.run(main())",
    "gather": "import asyncio\nasync def f(): FAIL\nasync def main(): got.extend(await asyncio.gather(f(), return_exceptions=True))\nasyncio.run(main())",
    "task": "import asyncio\nasync def f(): FAIL\nasync def main():\n    t = asyncio.ensure_future(f())\n    await asyncio.wait([t])\n    got.append(t.exception())\nasyncio.run(main())",
    "task_group": "import asyncio\nasync def f(): FAIL\nasync def main():\n    try:\n        async with asyncio.TaskGroup() as g: g.create_task(f())\n    except BaseException as e: got.extend(e.exceptions)\nasyncio.run(main())",
    "callback": "import asyncio\nasync def f(): FAIL\nasync def main():\n    t = asyncio.create_task(f())\n    t.add_done_callback(lambda t: got.append(t.exception()))\n    await asyncio.wait([t])\n    await asyncio.sleep(0)\nasyncio.run(main())",
    "class_cell": "class K:\n    __enter__ = lambda s: s\n    def _l(s, *a): got.append(a[1]); return True\n    __exit__ = _l\nwith K(): FAIL",
    "tuple_target": "def leave(s, *a): got.append(a[1]); return True\nclass K:\n    __enter__ = lambda s: s\n    (__exit__, x) = (leave, 1)\nwith K(): FAIL",
    "walrus_target": "def leave(s, *a): got.append(a[1]); return True\nclass K:\n    __enter__ = lambda s: s\n    (__exit__ := leave)\nwith K(): FAIL",
    "loop_target": "def leave(s, *a): got.append(a[1]); return True\nclass K:\n    __enter__ = lambda s: s\n    for __exit__ in [leave]: pass\nwith K(): FAIL",
    "partial": "import functools\ndef leave(*a): got.append(a[1]); return True\nclass K:\n    __enter__ = lambda s: s\n    __exit__ = functools.partial(leave)\nwith K(): FAIL",
    "bound": "class L:\n    def leave(self, *a): got.append(a[1]); return True\nclass K:\n    __enter__ = lambda s: s\n    __exit__ = L().leave\nwith K(): FAIL",
    "inherited": "class B:\n    def __exit__(self, *a): got.append(a[1]); return True\nclass K(B):\n    def __enter__(self): return self\nwith K(): FAIL",
    "super": "class B:\n    def __exit__(self, *a): got.append(a[1]); return True\nclass K(B):\n    def __enter__(self): return self\n    def __exit__(self, *a): return super().__exit__(*a)\nwith K(): FAIL",
    "decorator": "import contextlib\nclass K(contextlib.ContextDecorator):\n    def __enter__(self): return self\n    def __exit__(self, *a): got.append(a[1]); return True\n@K()\ndef f(): FAIL\nf()",
    "slots": "from dataclasses import dataclass\n@dataclass(slots=True)\nclass K:\n    x: int = 1\n    def __enter__(self): return self\n    def __exit__(self, *a): got.append(a[1]); return True\nwith K(): FAIL",
    "make_dataclass": "import dataclasses\nB = dataclasses.make_dataclass('B', ['x'])\nclass K(B):\n    def __enter__(self): return self\n    def __exit__(self, *a): got.append(a[1]); return True\nwith K(1): FAIL",
    "named_tuple": "from typing import NamedTuple\nclass K(NamedTuple):\n    x: int = 1\n    def __enter__(self): return self\n    def __exit__(self, *a): got.append(a[1]); return True\nwith K(): FAIL",
    "protocol": "from typing import Protocol\nclass B(Protocol):\n    def __exit__(self, *a): got.append(a[1]); return True\nclass K(B):\n    def __enter__(self): return self\nwith K(): FAIL",
    "enum": "import enum\nclass K(enum.Enum):\n    A = 1\n    def __enter__(self): return self\n    def __exit__(self, *a): got.append(a[1]); return True\nwith K.A: FAIL",
    "callback_of_tool": "def f():\n    try: FAIL\n    except Exception as e: got.append(e)\ntool2(f)",
}
SHOW = """
r = [getattr(e, name, "") for e in got for name in ("secret", "object")]
r += [getattr(part, "secret", "") for e in got for part in getattr(e, "exceptions", ())]
r"""
LEAKS |= {
    f"raised/{call}_{way}": f"got = []\n{code.replace('FAIL', CALLS[call])}{SHOW}" for call in CALLS for way, code in WAYS.items()
}
