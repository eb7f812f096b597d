"""What is particular to WebAssembly: its start, its limits, its packages, and its end."""

import gc
import os
import re
import signal
import subprocess
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from smolagents import CodeAgent
from smolagents.errors import ExecutionTimeoutError, InterpreterError, SandboxError
from smolagents_exec_wasm import WasmExecutor
from smolagents_exec_wasm.files import find_deno, find_pyodide
from smolagents_exec_wasm.launch import Deno
from smolagents_testing import ScriptedModel, code
from smolagents_testing.executor_tools import Toolbox
from smolagents_testing.waiting import ended, until


def pid_of(executor: WasmExecutor) -> int:
    executor.greeting()
    return executor._connection.transport.pid  # type: ignore[no-any-return, union-attr]


# ---- with an agent


def test_serves_an_agent_by_name() -> None:
    tools = Toolbox().tools
    model = ScriptedModel(
        [
            code("x = add(2, b=2) + add(4)\nprint(greet('Ada'))"),
            code("try:\n    fail('no luck')\nexcept ValueError as error:\n    caught = str(error)\nfail('again')"),
            code("final_answer([x, caught])"),
        ]
    )
    with CodeAgent(
        tools=[tools["add"], tools["greet"], tools["fail"]],
        model=model,
        executor_type="wasm",
        executor_kwargs={"timeout_seconds": 20, "memory_bytes": 2**29},
        verbosity_level=-1,
    ) as agent:
        assert agent.run("Try it.") == [10, "no luck"]
        assert isinstance(agent.python_executor, WasmExecutor)
        assert agent.python_executor.memory_bytes == 2**29
        first, second = agent.memory.steps[1:3]
    assert "Hello Ada" in first.observations  # type: ignore[operator, union-attr]
    assert "ValueError: again" in str(second.error)  # type: ignore[union-attr]


# ---- stopping


def test_code_that_is_stopped_keeps_its_variables() -> None:
    with WasmExecutor(timeout_seconds=1) as executor:
        for endless in ("while True: pass", "import time\ntime.sleep(60)", "import asyncio\nawait asyncio.sleep(60)"):
            with pytest.raises(ExecutionTimeoutError):
                executor(f"x = 5\n{endless}")
            assert executor("x").output == 5


def test_code_that_can_not_be_stopped_is_ended() -> None:
    with WasmExecutor(timeout_seconds=1) as executor:
        pid = pid_of(executor)
        with pytest.raises(ExecutionTimeoutError, match="are gone"):
            executor("import pyodide_js\nx = 5\npyodide_js.runPython.constructor('for (;;);')()")
        until(lambda: ended(pid))
        with pytest.raises(InterpreterError, match="NameError"):
            executor("x")


def test_interrupt_while_a_tool_works() -> None:
    called, done = threading.Event(), threading.Event()

    def wait() -> str:
        called.set()
        assert done.wait(300)
        return "waited"

    with WasmExecutor() as executor, ThreadPoolExecutor(1) as thread:
        executor.send_tools({"wait": wait})
        action = thread.submit(executor, "x = 5\nwait()\nx = 6")
        assert called.wait(300)
        executor.interrupt()
        done.set()
        with pytest.raises(InterpreterError, match="interrupted"):
            action.result(300)
        assert executor("x").output == 5


# ---- limits


@pytest.mark.parametrize(
    "action",
    [
        "x = []\nwhile True:\n    x.append(bytearray(10**7))",
        "import pyodide_js as p\np.runPython.constructor('for (x = [];;) x.push(new Uint8Array(2 ** 28).fill(1))')()",
    ],
    ids=["Python", "JavaScript"],
)
def test_memory_is_bounded(action: str) -> None:
    with WasmExecutor(memory_bytes=2**28) as executor:
        with pytest.raises(InterpreterError, match=r"memory|allocation failed"):
            executor(action)
        assert executor("1 + 1").output == 2


def test_deep_recursion_is_an_error_of_the_code() -> None:
    with WasmExecutor() as executor:
        with pytest.raises(InterpreterError, match="RecursionError"):
            executor("def f(n):\n    return f(n + 1)\nf(0)")
        assert executor("1 + 1").output == 2


def test_deno_may_read_its_own_files_and_nothing_else() -> None:
    deno = Deno(find_deno(None), find_pyodide(None), 2**28)
    command = deno._command(deno.snapshot(), False)
    allowed = [flag for flag in command if re.match(r"--allow|-A|-[A-Z]", flag)]
    assert len(allowed) == 1
    flag, _, paths = allowed[0].partition("=")
    assert flag == "--allow-read"
    assert paths.split(",") == [str(find_pyodide(None)), str(deno_file("guest.mjs")), str(deno.snapshot())]
    assert {"--no-prompt", "--no-remote", "--no-npm"} <= set(command)


def deno_file(name: str) -> Path:
    import smolagents_exec_wasm

    return Path(smolagents_exec_wasm.__file__).resolve().with_name(name)


def test_sees_neither_files_nor_environment_nor_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("secret")
    monkeypatch.setenv("SECRET", "secret")
    with WasmExecutor() as executor:
        look = f"import os, sys\n[os.path.exists({str(tmp_path)!r}), os.environ.get('SECRET'), sys.platform]"
        assert executor(look).output == [False, None, "emscripten"]
        with pytest.raises(InterpreterError, match="OSError"):
            executor("import socket\nsocket.create_connection(('127.0.0.1', 80))")
        with pytest.raises(InterpreterError, match="EOFError"):
            executor("input()")


# ---- start


def test_starts_without_a_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyodide = find_pyodide(None)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with WasmExecutor(pyodide_path=pyodide) as executor:
        assert Deno(executor.deno_path, pyodide, 2**28).snapshot() is None
        assert executor("import random\nrandom.random() < 1").output is True


def test_sessions_from_one_snapshot_draw_different_numbers() -> None:
    with WasmExecutor() as one, WasmExecutor() as two:
        draw = "import random, uuid\n[random.random(), str(uuid.uuid4())]"
        first, second = one(draw).output, two(draw).output
        assert first[0] != second[0]
        assert first[1] != second[1]


def test_makes_the_snapshot_anew_and_drops_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deno = Deno(find_deno(None), find_pyodide(None), 2**28)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = deno.snapshot()
    assert first is not None
    assert deno.snapshot() == first
    older = first.with_name(first.name[:-1] + "x")
    first.rename(older)
    assert deno.snapshot() == first
    assert [path for path in first.parent.iterdir() if path.name.startswith("snapshot")] == [first]


@pytest.mark.parametrize("option", ["deno_path", "pyodide_path"])
def test_what_is_missing_is_named_with_the_command_that_brings_it(option: str, tmp_path: Path) -> None:
    command = {"deno_path": "pip install deno", "pyodide_path": "python -m smolagents_exec_wasm install"}[option]
    with pytest.raises(SandboxError, match=re.escape(command)) as caught:
        WasmExecutor(**{option: tmp_path / "nothing"})
    assert option in str(caught.value)


def test_diagnoses_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "Python 3." in WasmExecutor.diagnose()["pyodide"]
    monkeypatch.setenv("SMOLAGENTS_PYODIDE", str(tmp_path))
    assert WasmExecutor.diagnose()["wasm"].startswith("missing: Pyodide is not in")


# ---- packages


def make_wheel(directory: Path, name: str) -> Path:
    path = directory / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "ANSWER = 42\n")
        wheel.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    return path


def test_wheels_are_there_also_in_a_fresh_worker(tmp_path: Path) -> None:
    first, second = make_wheel(tmp_path, "first_probe"), make_wheel(tmp_path, "second_probe")
    with WasmExecutor(["first_probe", "json"], packages=[first]) as executor:
        assert executor.install_packages([str(second)]) == [str(second)]
        executor.cleanup()
        assert executor("import first_probe, second_probe\nfirst_probe.ANSWER + second_probe.ANSWER").output == 84
        with executor.new_session() as other:
            assert other("import first_probe, second_probe\n1").output == 1


def test_what_can_not_be_imported_is_an_error_at_once() -> None:
    with pytest.raises(SandboxError, match=r"can't import nothing_like_this, numpy: .*numpy-[\d.]+.*\.whl") as caught:
        WasmExecutor(["numpy", "json", "nothing_like_this", "xml.etree.*"])
    assert "packages=" in str(caught.value)


def test_what_is_no_wheel_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.whl"
    broken.write_text("no zip")
    with WasmExecutor() as executor:
        with pytest.raises(SandboxError, match=r"broken\.whl' is no wheel"):
            executor.install_packages([str(broken)])
        with pytest.raises(SandboxError, match=r"'numpy' is no wheel.*downloads nothing"):
            executor.install_packages(["numpy"])
        assert executor("1").output == 1
    with pytest.raises(SandboxError, match=r"broken\.whl' is no wheel"):
        WasmExecutor(packages=[broken])


# ---- the end

HOST = """
import sys, threading
from smolagents_exec_wasm import WasmExecutor
executor = WasmExecutor(timeout_seconds=None)
executor("1")
print(executor._connection.transport.pid, flush=True)
if "busy" in sys.argv:
    threading.Thread(target=executor, args=["while True:\\n    pass"], daemon=True).start()
if "wait" in sys.argv:
    sys.stdin.read()
"""


@pytest.mark.parametrize("activity", ["idle", "busy"])
@pytest.mark.parametrize("end", ["exit", "kill"])
def test_does_not_outlive_its_host(activity: str, end: str) -> None:
    arguments = [sys.executable, "-c", HOST, activity, *(["wait"] if end == "kill" else [])]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ, text=True) as host:
        assert host.stdout is not None
        pid = int(host.stdout.readline())
        if end == "kill":
            host.send_signal(signal.SIGKILL)
        host.wait(300)
        until(lambda: ended(pid))


def test_ends_when_it_is_forgotten_or_deleted() -> None:
    executor: Any = WasmExecutor()
    pid = pid_of(executor)
    del executor
    gc.collect()
    until(lambda: ended(pid))
    executor = WasmExecutor()
    pid = pid_of(executor)
    executor.delete()
    until(lambda: ended(pid))
