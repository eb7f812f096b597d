"""Run attacks, one after the other, and print one dict for each: started by test_attacks.py.

Usage: worker.py guarded|plain GROUP NAME...

In the guarded mode an attack runs in LocalPythonExecutor, in the plain one by `exec`: the control that it is live.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import dataclasses
import gc
import importlib.machinery
import io
import os
import runpy
import sys
import tempfile
import time
import types
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SECRET = "S3CR3T-7731"
IMPORTS = [
    "abc", "argparse", "array", "ast", "asyncio", "base64", "bisect", "bz2", "calendar", "cmd", "codecs",
    "collections.abc", "concurrent.futures", "contextlib", "contextvars", "copy", "csv", "dataclasses", "decimal",
    "difflib", "enum", "errno", "fractions", "functools", "gc", "graphlib", "gzip", "hashlib", "heapq", "html",
    "html.parser", "inspect", "io", "json", "keyword", "locale", "logging", "lzma", "numbers", "operator", "pprint",
    "reprlib", "sched", "secrets", "statistics", "string", "struct", "sys", "textwrap", "threading", "timeit",
    "traceback", "types", "typing", "uuid", "warnings", "weakref", "xml.etree.ElementTree", "zlib", "zoneinfo"
]  # fmt: skip


def payloads(group: str) -> dict[str, Any]:
    """Return the attacks of a group by name."""
    found: dict[str, Any] = {}
    for path in sorted((HERE / "payloads").glob("*.py")):
        found |= runpy.run_path(str(path)).get(group, {})
    return found


class Failure(Exception):
    def __init__(self, secret: str) -> None:
        super().__init__("failed", secret)
        self.secret = secret

    def __str__(self) -> str:
        return "failed"


class Shelf:
    __slots__ = ("lib", "libs")

    def __init__(self) -> None:
        self.lib = os
        self.libs = {"os": os}


class Deep:
    def __init__(self, depth: int) -> None:
        self.lib = os
        if depth:
            self.a = Deep(depth - 1)


@dataclasses.dataclass
class Card:
    name: str = "card"
    _token: str = SECRET


@dataclasses.dataclass
class KeyTool:
    key: str = SECRET

    def __call__(self, q: str = "x") -> str:
        return "found"


class Quiet:
    _secret_text = SECRET

    def __repr__(self) -> str:
        return "quiet"


class Building:
    _base_secret = SECRET
    helper = os


class Vault(Building):
    _class_secret = SECRET

    def __init__(self) -> None:
        self._secret = SECRET
        self.me = self
        self.system_module = os
        self.shelf = Shelf()
        self.libs = [os]
        self.main = sys.modules["__main__"]
        self.mains = {"m": self.main}
        self.a = Deep(6)

    @property
    def library(self) -> Any:
        return os

    @property
    def library_main(self) -> Any:
        return sys.modules["__main__"]

    def get_lib(self) -> Any:
        return os

    def public(self) -> str:
        return "public"

    def call(self, x: int = 1) -> int:
        return x


class HostBase:
    def __init__(self, name: str = "fine") -> None:
        self.name = name


class Host(HostBase):
    def __init__(self, name: str = "fine") -> None:
        super().__init__(name)
        self._state = "fine"

    def __lt__(self, other: Any) -> bool:
        return True


def tool(x: int = 1) -> int:
    return x


def failing() -> None:
    secret = SECRET
    raise Failure(secret)


def failing_builtin() -> None:
    try:
        raise Failure(SECRET)
    except Failure as inner:
        error = ValueError("failed", Quiet())
        error.secret = SECRET  # type: ignore[attr-defined]
        error.add_note(SECRET)
        raise error from inner


def failing_unicode() -> None:
    (SECRET.encode() + b"\xff").decode()


def failing_group() -> None:
    error = ValueError("x")
    error.secret = SECRET  # type: ignore[attr-defined]
    raise ExceptionGroup("group", [error])


def caught(value: Any) -> str:
    """Return the secret if a value leads to frames, code, globals or what the host keeps for itself."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    inner = (types.FrameType, types.CodeType, types.TracebackType, types.CellType)
    leads = isinstance(value, (*inner, types.ModuleType, importlib.machinery.ModuleSpec, Vault))
    leads |= SECRET in str(value) or "<frame" in str(value)
    leads |= isinstance(value, tuple) and any(isinstance(item, inner) for item in value)
    if isinstance(value, (dict, types.MappingProxyType)):
        leads |= not {"__builtins__", "__import__", "SECRET"}.isdisjoint(value)
    leads |= getattr(value, "__globals__", {}).get("SECRET") == SECRET
    leads |= getattr(value, "__name__", "") == "__subclasses__"
    return SECRET if leads else "harmless"


def with_default(x: str = SECRET) -> int:
    return 1


def closing(secret: str) -> Any:
    return lambda: len(secret)


def tools_and_variables(group: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the attacks of a group find."""
    if group == "LEAKS":
        vault = Vault()
        tools = {
            "tool": vault.call,
            "plain": with_default,
            "hidden": closing(SECRET),
            "keytool": KeyTool(),
            "tool2": lambda function: function(),
            "tool3": lambda value: copy.deepcopy([Card(), value]) and None,
            **{
                function.__name__: function
                for function in (failing, failing_builtin, failing_unicode, failing_group, caught)
            },
        }
        return tools, {"vault": vault, "card": Card()}
    variables: dict[str, Any] = {"host": Host(), "Host": Host} if group == "CHANGES" else {}
    return {"tool": tool, "final_answer": lambda x: x}, variables


def run_guarded(group: str, code: str, variables: dict[str, Any]) -> tuple[str, str]:
    """Run an attack in the executor; return how it ended and all that it gave back."""
    from smolagents.local_python_executor import LocalPythonExecutor

    timeout = 0.4 if group in ("HANGS", "MEMORY") else 10
    executor = LocalPythonExecutor(IMPORTS, timeout_seconds=timeout)
    tools, host = tools_and_variables(group)
    executor.send_tools(tools)
    executor.send_variables({**host, **variables})
    try:
        output = executor(code)
    except Exception as error:
        return type(error).__name__, f"{error} {getattr(error, 'logs', '')}"
    try:
        return "value", f"{output.output} {output.logs}"
    except Exception as error:
        return type(error).__name__, str(error)


def run_plain(group: str, code: str, variables: dict[str, Any]) -> tuple[str, str]:
    """Run an attack by exec; return how it ended and all that it gave back."""
    tools, host = tools_and_variables(group)
    namespace: dict[str, Any] = {"__name__": "__main__", "Vault": Vault, **tools, **host, **variables}
    printed = io.StringIO()
    value = None
    try:
        with contextlib.redirect_stdout(printed):
            tree = ast.parse(code)
            last: Any = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "<attack>", "exec", dont_inherit=True), namespace)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), "<attack>", "eval"), namespace)
    except BaseException as error:
        return type(error).__name__, f"{error!r} {printed.getvalue()}"
    kept = {name: item for name, item in namespace.items() if name in ("r", "s", "d", "x", "out", "got")}
    return "value", f"{value} {kept if group == 'LEAKS' else ''} {printed.getvalue()}"


def peak_megabytes() -> int:
    """Return the most memory that the process held since `reset_peak`."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0


def attack(mode: str, group: str, name: str, payload: Any, folder: str) -> dict[str, Any]:
    """Run one attack and return what it did."""
    code, changed = payload if group == "CHANGES" else (payload, "False")
    canary = Path(folder) / f"canary-{abs(hash(name))}"
    start = time.perf_counter()
    if group == "MEMORY":
        Path("/proc/self/clear_refs").write_text("5")
    before = peak_megabytes() if group == "MEMORY" else 0
    run = run_guarded if mode == "guarded" else run_plain
    ended, text = run(group, code, {"CANARY": str(canary)} if group == "ESCAPES" else {})
    gc.collect()
    breached = canary.exists() if group == "ESCAPES" else SECRET in text if group == "LEAKS" else host_changed(changed)
    return {
        "name": name,
        "ended": ended,
        "text": text[:300],
        "breached": breached,
        "megabytes": peak_megabytes() - before if group == "MEMORY" else 0,
        "seconds": time.perf_counter() - start,
    }


def host_changed(expression: str) -> bool:
    """Evaluate what tells that the host was changed."""
    try:
        return bool(eval(expression, {**globals(), **MODULES, "host": CURRENT.get("host")}))
    except Exception:
        return False  # what it looks for is not there


# Loaded before any attack: one of them may break what another's check needs.
CHECKED = (
    "builtins collections datetime decimal functools itertools json math os queue random re statistics string sys time"
)
MODULES = {name: importlib.import_module(name) for name in CHECKED.split()}
CURRENT: dict[str, Any] = {}


def main() -> None:
    mode, group, *names = sys.argv[1:]
    os.environ["AGENT_SECRET"] = SECRET
    if group == "CHANGES":
        CURRENT["host"] = Host()
        globals()["tools_and_variables"] = lambda group: ({"tool": tool}, {"host": CURRENT["host"], "Host": Host})
    if group == "MEMORY":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    found = payloads(group)
    stdout = os.fdopen(os.dup(1), "w")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            print(repr(attack(mode, group, name, found[name], folder)), file=stdout, flush=True)


main()
