# ruff: noqa: E501 (one program on one line)
# fmt: off
"""Attempts that go through modules that are authorized: they find what escapes.py and hosts.py say."""

INJECTION = "evil = 'y,open(' + repr(CANARY) + ',\"w\")'\n"
DATACLASS = "import dataclasses\n" + INJECTION

ESCAPES = {
    "modules/dataclass_annotations": DATACLASS + "class B:\n    x: int = 1\n    y = 1\nB.__annotations__.clear()\nB.__annotations__[evil] = int\nB = dataclasses.dataclass(init=False, repr=False)(B)\nB() == B()",
    "modules/dataclass_annotations_late": (
        DATACLASS + "class D:\n    def __get__(self, o, t):\n        a = B.__dict__['__annotations__']\n        if 'z' in a:\n            del a['z']\n            a[evil] = int\n        return 1\n"
        "class B:\n    y: int = D()\n    z: int = 1\nfor n in range(3):\n    B = dataclasses.dataclass(init=False, repr=False)(B)\nB.__dataclass_fields__ and B.__annotations__.update({evil: int})\nB = dataclasses.dataclass(init=False, repr=False)(B)\nB() == B()"
    ),
    "modules/dataclass_field_name": DATACLASS + "@dataclasses.dataclass\nclass A:\n    y: int = 1\ndataclasses.fields(A)[0].name = evil\n@dataclasses.dataclass(init=False, repr=False)\nclass B(A): pass\nB() == B()",
    "modules/dataclass_field_setattr": DATACLASS + "@dataclasses.dataclass\nclass A:\n    y: int = 1\nsetattr(A.__dataclass_fields__['y'], 'name', evil)\n@dataclasses.dataclass(init=False, repr=False)\nclass B(A): pass\nB() == B()",
    "modules/make_dataclass_pair": (
        DATACLASS + "class E(str):\n    def isidentifier(self): return True\nclass F(list):\n    def __getitem__(self, i): return 'a'\n"
        "B = dataclasses.make_dataclass('A', [F([E(evil), int])], init=False, repr=False)\nB.y = 1\nB() == B()"
    ),
    "modules/make_dataclass_subclass_hook": (
        DATACLASS + "class A:\n    y = 1\n    def __init_subclass__(cls, **k):\n        cls.__dict__['__annotations__'][evil] = int\n"
        "B = dataclasses.make_dataclass('B', [], bases=(A,), init=False, repr=False)\nB() == B()"
    ),
    "modules/wraps_frame": (
        "import functools\ndef grab(o, n):\n    def w(): pass\n    functools.update_wrapper(w, o, (n,), ())\n    return getattr(w, n)\n"
        "f = grab((i for i in [1]), 'gi_frame')\ngrab(f, 'f_builtins')['open'](CANARY, 'w')"
    ),
    "modules/get_annotations": "import inspect\nclass A: pass\nA.__annotations__ = {'x': f\"open({CANARY!r}, 'w')\"}\ninspect.get_annotations(A, globals={}, eval_str=True)",
    "modules/signature_eval": "import inspect\ndef f(x: int): pass\nf.__annotations__['x'] = f\"open({CANARY!r}, 'w')\"\ninspect.signature(f, eval_str=True)",
    "modules/signature_class": "import inspect\ndef f(x: int): pass\nf.__annotations__['x'] = f\"open({CANARY!r}, 'w')\"\ntype(inspect.signature(f)).from_callable(f, eval_str=True)",
    "modules/subprocess_shell": "import asyncio\nasync def m():\n    p = await asyncio.create_subprocess_shell('touch ' + CANARY)\n    await p.wait()\nasyncio.run(m())",
    "modules/loop_subprocess": (
        "import asyncio\nasync def m():\n    loop = asyncio.current_task().get_loop()\n    t, p = await loop.subprocess_shell(asyncio.SubprocessProtocol, 'touch ' + CANARY)\n"
        "    await t._wait()\nasyncio.run(m())"
    ),
    "modules/task_loop": (
        "import asyncio\nasync def m():\n    t = asyncio.create_task(asyncio.sleep(0))\n    loop = t.get_loop()\n"
        "    t, p = await loop.subprocess_shell(lambda: type('P', (), {n: lambda *a: None for n in ('connection_made', 'process_exited', 'pipe_connection_lost', 'pipe_data_received', 'connection_lost')})(), 'touch ' + CANARY)\n    await asyncio.sleep(0.5)\nasyncio.run(m())"
    ),
    "modules/queue_loop": (
        "import asyncio\nclass Q(asyncio.Queue):\n    def loop(self): return self._get_loop()\nasync def m():\n    loop = Q().loop()\n"
        "    t, p = await loop.subprocess_shell(lambda: type('P', (), {n: lambda *a: None for n in ('connection_made', 'process_exited', 'pipe_connection_lost', 'pipe_data_received', 'connection_lost')})(), 'touch ' + CANARY)\n    await asyncio.sleep(0.5)\nasyncio.run(m())"
    ),
    "modules/log_file": "import logging\nlogging.FileHandler(CANARY)",
    "modules/log_config": "import logging\nlogging.basicConfig(filename=CANARY, force=True)",
    "modules/timeit_text": "import timeit\ntimeit.timeit(f\"open({CANARY!r}, 'w')\", number=1)",
    "modules/gc_objects": "import gc\n[o for o in gc.get_objects() if type(o) is dict and '__import__' in o and 'open' in o][0]['open'](CANARY, 'w')",
}

LEAKS = {
    "modules/wraps_dict": "import functools\n@functools.wraps(vault)\ndef f(): pass\nf._secret",
    "modules/wraps_name": "import functools\n@functools.wraps(vault, ('_secret',), ())\ndef f(): pass\nf._secret",
    "modules/wraps_fake_str": "import functools\nclass S(str):\n    def __getitem__(self, i): return 'a'\n@functools.wraps(vault, (S('_secret'),), ())\ndef f(): pass\nf._secret",
    "modules/wraps_cache": "import functools\n@functools.wraps(functools.lru_cache(vault.call))\ndef f(): pass\nfunctools.update_wrapper(f, vault)\nf._secret",
    "modules/contextmanager_dict": "import contextlib, functools\nf = contextlib.contextmanager(functools.update_wrapper(lambda: 0, vault))\n@functools.wraps(f)\ndef g(): pass\ng._secret",
    "modules/user_string": "import collections\ncollections.UserString('{0._secret}').format(vault)",
    "modules/user_string_map": "import collections\ncollections.UserString('{v._secret}').format_map({'v': vault})",
    "modules/user_string_super": "import collections\nclass U(collections.UserString):\n    def f(self, o): return super().format(o)\nU('{0._secret}').f(vault)",
    "modules/user_string_type": "import collections\ntype(collections.UserString('a') + 'b')('{0._secret}').format(vault)",
    "modules/module_of": "import inspect\ninspect.getmodule(plain).SECRET",
    "modules/signature_default": "import inspect\ninspect.signature(plain).parameters['x'].default",
    "modules/gather": "import asyncio\nasync def f(): failing()\nasync def m(): return await asyncio.gather(f(), return_exceptions=True)\nr = asyncio.run(m())[0].secret\nr",
    "modules/task_exception": "import asyncio\nasync def f(): failing()\nasync def m():\n    t = asyncio.create_task(f())\n    await asyncio.wait([t])\n    return t.exception()\nr = asyncio.run(m()).secret\nr",
    "modules/task_group": (
        "import asyncio\nasync def f(): failing()\nasync def m():\n    try:\n        async with asyncio.TaskGroup() as g:\n            t = g.create_task(f())\n"
        "    except BaseException:\n        return t.exception()\nr = asyncio.run(m()).secret\nr"
    ),
    "modules/exit_stack": "import contextlib\ngot = []\nwith contextlib.ExitStack() as s:\n    s.push(lambda t, e, tb: got.append(e) or True)\n    failing()\ngot[0].secret",
    "modules/exit_stack_super": "import contextlib\ngot = []\ns = contextlib.ExitStack()\nwith s:\n    super(contextlib.ExitStack, s).push(lambda t, e, tb: got.append(e) or True)\n    failing()\ngot[0].secret",
    "modules/log_format": "import logging\nlogging.Formatter('{v._secret}', style='{').format(logging.makeLogRecord({'v': vault}))",
    "modules/contexts": "import contextvars\nlist(contextvars.copy_context().values())\nvault._secret",
}

# Each changes the host; the expression tells so.
CHANGES = {
    "modules/deepcopy_hook": (
        "import copy\nclass A: pass\na = A()\na.__dict__['__reduce_ex__'] = lambda p: (lambda: Host, (), (None, {'evil': 1}))\ncopy.deepcopy(a)",
        "hasattr(Host, 'evil')",
    ),
    "modules/deepcopy_namespace": (
        "import copy, types\na = types.SimpleNamespace(__reduce_ex__=lambda p: (lambda: Host, (), (None, {'evil': 1})))\ncopy.deepcopy(a)",
        "hasattr(Host, 'evil')",
    ),
    "modules/deepcopy_reduce": (
        "import copy, types\na = types.SimpleNamespace(__reduce__=lambda: (lambda: Host, (), (None, {'evil': 1})))\ncopy.copy(a)",
        "hasattr(Host, 'evil')",
    ),
    "modules/deepcopy_new": (
        "import copy\nclass A:\n    ready = True\n    def __new__(cls): return object.__new__(cls) if A.ready else host\na = A()\na._state = 'evil'\nA.ready = False\ncopy.copy(a)",
        "host._state == 'evil'",
    ),
    "modules/asdict_hook": (
        "import dataclasses\nclass A: pass\n@dataclasses.dataclass\nclass D:\n    x: object\na = A()\na.__dict__['__reduce_ex__'] = lambda p: (lambda: Host, (), (None, {'evil': 1}))\ndataclasses.asdict(D(a))",
        "hasattr(Host, 'evil')",
    ),
    "modules/global_enum": ("import enum\nclass E(enum.Enum):\n    evil = 1\n    __module__ = 'math'\nenum.global_enum(E)", "hasattr(math, 'evil')"),
    "modules/abstract_mark": ("import abc\nabc.abstractmethod(tool)", "hasattr(tool, '__isabstractmethod__')"),
    "modules/final_mark": ("import typing\ntyping.final(Host)", "hasattr(Host, '__final__')"),
    "modules/no_type_check_mark": ("import typing\ntyping.no_type_check(Host)", "hasattr(Host, '__no_type_check__')"),
    "modules/transform_mark": ("import typing\ntyping.dataclass_transform()(Host)", "hasattr(Host, '__dataclass_transform__')"),
    "modules/decimal_rounding": ("import decimal\ndecimal.getcontext().rounding = decimal.ROUND_UP", "decimal.getcontext().rounding == 'ROUND_UP'"),
    "modules/system_path": ("import sys\nsys.path.append('evil')", "'evil' in sys.path"),
}
