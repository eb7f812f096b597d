"""Code inside can reach JavaScript and all of the worker's Python: neither gets it to the protocol's stream."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from smolagents.errors import ExecutionTimeoutError, InterpreterError, SandboxError
from smolagents.executors import CodeOutput
from smolagents_exec_wasm import WasmExecutor

# `js(text, *values)` runs JavaScript as the body of a function of `python`, Pyodide's own object, and `value0` …
JS = """
import pyodide_js
def js(text, *values):
    names = ["python", *(f"value{n}" for n in range(len(values)))]
    return pyodide_js.runPython.constructor(*names, text)(pyodide_js, *values)
"""
# `worker` is the worker's own object; `say(type=…)` and `tell(text)` send as it does.
WORKER = """
import json, sys
frame = sys._getframe()
while type(frame.f_locals.get("self")).__name__ != "WasmWorker":
    frame = frame.f_back
worker = frame.f_locals["self"]
tell = worker._say
say = lambda **message: tell(json.dumps(message))
"""
FORGED = '00000021{"type":"print","text":"forged"}'


@pytest.fixture
def received() -> list[Any]:
    return []


@pytest.fixture
def executor(received: list[Any]) -> Iterator[WasmExecutor]:
    with WasmExecutor(timeout_seconds=60) as made:
        made.send_tools({"add": lambda a, b: a + b, "keep": received.append, "slow": lambda: time.sleep(1)})
        yield made


@pytest.fixture(scope="module")
def shared() -> Iterator[WasmExecutor]:
    """Return an executor for attempts that come to nothing."""
    with WasmExecutor(timeout_seconds=60) as made:
        made.send_tools({"add": lambda a, b: a + b})
        yield made


def is_honest(executor: WasmExecutor) -> None:
    for number in range(3):
        assert executor(f"print({number})\nadd(1, {number})") == CodeOutput(1 + number, f"{number}\n", False)


# ---- what leads to the streams is gone

STREAMS = {
    "Deno's output": f"Deno.stdout.writeSync(new TextEncoder().encode('{FORGED}'))",
    "Deno's input": "Deno.stdin.readSync(new Uint8Array(9))",
    "Deno's exit": "Deno.exit(0)",
    "Deno from another scope": "return (0, eval)('this').Deno.pid",
    "Node's process": f"process.stdout.write('{FORGED}')",
    "Node's modules": "process.getBuiltinModule('node:fs')",
    "Node's require": "require('node:fs')",
    "the realm's messages": "postMessage({type: 'print'})",
    "the realm's messages by prototype": "Object.getPrototypeOf(self).postMessage.call(self, 0)",
    "the realm's end": "close()",
    "another thread": "new Worker('data:text/javascript,')",
    "a channel": "new MessageChannel()",
    "a channel to other realms": "new BroadcastChannel('x')",
    "the terminal": "alert('00000000')",
    "a store on disk": "localStorage.setItem('x', 1)",
    "a cache on disk": "caches.open('x')",
    "the network": "fetch('http://127.0.0.1')",
    "a socket": "new WebSocket('ws://127.0.0.1')",
    "the host's files": "python.FS.mkdir('/host'); python.FS.mount(python.FS.filesystems.NODEFS, {root: '/'}, '/host')",
}


@pytest.mark.parametrize("attempt", STREAMS)
def test_what_leads_out_is_gone(shared: WasmExecutor, attempt: str) -> None:
    with pytest.raises(InterpreterError, match="JsException"):
        shared(f"{JS}js({STREAMS[attempt]!r})")
    is_honest(shared)


NOWHERE = {
    "console": f"js('''for (const say of Object.values(console)) say('{FORGED}')''')",
    "Pyodide's print": f"js('''python._module.print('{FORGED}'); python._module.printErr('{FORGED}')''')",
    "standard output": f"import os, sys\nos.write(1, b'{FORGED}')\nprint('{FORGED}', file=sys.__stdout__, flush=True)",
    "device": f"with open('/dev/stdout', 'w') as file:\n    file.write('{FORGED}')",
    "Pyodide's streams": f"js('python.setStdout()')\nimport os\nos.write(1, b'{FORGED}')",
}


@pytest.mark.parametrize("attempt", NOWHERE)
def test_what_is_left_leads_nowhere(shared: WasmExecutor, attempt: str) -> None:
    assert shared(f"{JS}{NOWHERE[attempt]}\n'honest'") == CodeOutput("honest", "", False)
    is_honest(shared)


# ---- nothing of an action goes on after it

LATER = {
    "a timer": "setTimeout(value0, 0); setTimeout(value0, 50)",
    "a promise": "Promise.resolve().then(value0)",
    "an async function": "(async () => { for (;;) { await null; value0() } })()",
    "a module": "import('data:text/javascript,export default 1').then(value0)",
    "a module of Node": "import('node:worker_threads').then(value0)",
    "a collected object": "new FinalizationRegistry(value0).register({}, 1)",
    "a listener": "self.addEventListener('message', value0); self.onmessage = value0",
    "a task of Pyodide": "python.globals.set('later', value0); python.runPythonAsync('later()')",
}


@pytest.mark.parametrize("attempt", LATER)
def test_nothing_runs_after_the_action(executor: WasmExecutor, received: list[Any], attempt: str) -> None:
    later = "@create_proxy\ndef later(*_):\n    print('forged')\n    keep('forged')\n"
    executor(f"{JS}from pyodide.ffi import create_proxy\n{later}js({LATER[attempt]!r}, later)")
    executor("import time\ntime.sleep(0.2)")
    is_honest(executor)
    assert received == []


# ---- what the broker refuses

INSTEAD = "\nworker._answer = lambda request: setattr(worker, '_reply', json.dumps(reply))"
REFUSED = {
    "a result": "say(type='done', id=worker._running, value='forged')",
    "a result of the next action": "say(type='done', id=worker._running + 1, value='forged')",
    "a final answer": "say(type='done', id=worker._running, value='forged', final=True)",
    "a greeting": "say(type='hello', protocol=1, python='9')",
    "no type": "say(text='forged')",
    "an unknown type": "say(type='interrupt', id=worker._running)",
    "a print of no text": "say(type='print', text=['forged'])",
    "a call without a number": "say(type='call', tool='add', args=[1, 2], kwargs={})",
    "no JSON": "tell('forged')",
    "no object": "tell('null')",
    "a message and a frame": 'tell(\'{"type":"print","text":""}00000002{}\')',
    "a type given twice": 'tell(\'{"type":"print","text":"","type":"done","id":%d}\' % worker._running)',
    "a type in disguise": 'tell(\'{"type":"print","text":"","\\\\u0074ype":"done"}\')',
    "a print before the answer": "say(type='call', id=10**6, tool='slow', args=[], kwargs={})\nprint('forged')",
    "the reply to another request": "reply = {'type': 'done', 'id': 10**6, 'value': 'forged'}" + INSTEAD,
    "a reply that is a call": "reply = {'type': 'call', 'id': 1, 'tool': 'keep', 'args': [], 'kwargs': {}}" + INSTEAD,
}


@pytest.mark.parametrize("attempt", REFUSED)
def test_what_no_action_may_send_ends_the_worker(executor: WasmExecutor, received: list[Any], attempt: str) -> None:
    with pytest.raises(InterpreterError, match="ended with exit code 70"):
        executor(WORKER + REFUSED[attempt])
        executor("keep('an action in a worker that goes on')")
    assert received == []
    is_honest(executor)


@pytest.mark.parametrize(
    "text", ["'[' * 10_000_000", '\'{"type":"print","text":"\' + \'x\' * 70_000_000 + \'"}\''], ids=["deep", "large"]
)
def test_a_text_that_nobody_can_read_harms_its_own_session_alone(executor: WasmExecutor, text: str) -> None:
    with pytest.raises(InterpreterError):
        executor(f"{WORKER}tell({text})")
    is_honest(executor)


@pytest.mark.parametrize("tool", ["os.system", "send_tools", "__import__", ""])
def test_only_tools_can_be_called(shared: WasmExecutor, tool: str) -> None:
    call = f"worker._calls += 1\nsay(type='call', id=worker._calls, tool={tool!r}, args=['x'], kwargs={{}})\n"
    assert shared(f"{WORKER}{call}worker._inbox.get()['name']").output == "NameError"
    is_honest(shared)


def test_waiting_out_of_turn_hears_nothing(executor: WasmExecutor) -> None:
    executor.timeout_seconds = 1
    with pytest.raises(ExecutionTimeoutError):
        executor(WORKER + "worker._inbox._receive()")
    executor.timeout_seconds = 60
    is_honest(executor)


def test_an_answer_that_nobody_fetched_is_no_request(executor: WasmExecutor, received: list[Any]) -> None:
    call = "say(type='call', id=10**6, tool='keep', args=['mine'], kwargs={})\nimport time\ntime.sleep(1)"
    executor(WORKER + call)
    assert received == ["mine"]
    is_honest(executor)


# ---- the channel is out of reach

# Notes what passes through functions that can be replaced, and who looks up names that nobody has.
SPY = """
globalThis.loot = new Set();
const invoke = Reflect.apply, define = Object.defineProperty;
const Typed = Object.getPrototypeOf(Uint8Array.prototype);
const bufferOf = Object.getOwnPropertyDescriptor(Typed, "buffer").get;
const note = (value) => { loot.add(value); if (ArrayBuffer.isView(value)) loot.add(invoke(bufferOf, value, [])) };
const spied = [[Atomics, "wait", "load", "store", "notify"], [Typed, "set", "slice", "subarray"], [JSON, "parse"],
  [SharedArrayBuffer.prototype, "grow", "slice"], [TextDecoder.prototype, "decode"], [Reflect, "apply"],
  [TextEncoder.prototype, "encode", "encodeInto"], [Function.prototype, "bind", "call"]];
for (const [owner, ...names] of spied) for (const name of names) {
  const old = owner[name];
  owner[name] = function (...values) {
    for (const value of [this, ...values]) note(value);
    return invoke(old, this, values);
  };
}
for (const [owner, ...names] of [[SharedArrayBuffer.prototype, "byteLength"], [Typed, "length", "buffer"]]) {
  for (const name of names) {
    const { get } = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { configurable: true, get() { loot.add(this); return invoke(get, this, []) } });
  }
}
for (const name of ["control", "down", "up", "data", "transfer"]) {
  const get = function () { note(this) };
  const set = function (value) {
    note(this), note(value);
    define(this, name, { value, configurable: true, enumerable: true, writable: true });
  };
  define(Object.prototype, name, { configurable: true, get, set });
}
"""
# Walks over all objects that others lead to.
WALK = """
const seen = new Set(), queue = [globalThis, python, value0, value1, value2];
while (queue.length) {
  const object = queue.pop();
  if (object === null || !/^(object|function)$/.test(typeof object) || seen.has(object)) continue;
  if (object instanceof python.ffi.PyProxy) continue;  // makes objects without end
  seen.add(object);
  try {
    queue.push(Object.getPrototypeOf(object));
    for (const key of ArrayBuffer.isView(object) ? ["buffer"] : Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key) ?? {};
      queue.push(property.get, property.set);
      try { queue.push(object[key]) } catch {}
    }
    if (object instanceof Map || object instanceof Set) queue.push(...object.keys(), ...object.values());
  } catch {}
}
const shared = [...seen].filter((object) => object instanceof SharedArrayBuffer);
return [seen.size, shared.length, shared.filter((buffer) => buffer.byteLength !== 4).length];
"""


def test_spies_see_no_channel(executor: WasmExecutor) -> None:
    executor(f"{JS}js({SPY!r})")
    is_honest(executor)
    shared = "[...loot].filter((value) => value instanceof SharedArrayBuffer && value.byteLength !== 4)"
    assert executor(f"js('return [loot.size > 0, {shared}.length]').to_py()").output == [True, 0]


def test_no_object_leads_to_the_channel(executor: WasmExecutor) -> None:
    executor.timeout_seconds = 60
    start = f"{JS}{WORKER}js({WALK!r}, worker._say, worker._inbox._receive, worker._inbox)"
    size, shared, channel = executor(f"{start}.to_py()").output
    assert size > 1000
    assert (shared, channel) == (1, 0)  # the one is for interrupts


def test_call_sites_show_no_function_of_the_realm(executor: WasmExecutor) -> None:
    sites = """
let sites = [];
const text = { toString() { new Error().stack; return '{"type":"print","text":""}' } };
Error.prepareStackTrace = (_, all) => { sites = all };
value0(text);
Error.prepareStackTrace = undefined;
const ours = sites.filter((site) => /guest/.test(site.getFileName()));
return [ours.length > 1, ours.filter((site) => site.getFunction() || site.getThis()).length];
"""
    assert executor(f"{JS}{WORKER}js({sites!r}, worker._say).to_py()").output == [True, 0]


def test_memory_of_the_host_is_not_there(executor: WasmExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WASM_SECRET", "needle-73c1f5e0")
    executor.cleanup()
    executor.send_variables({"parts": ["needle", "-73c1", "f5e0"]})
    look = """
import os
memory = bytes(js('return python._module.HEAPU8.slice()').to_py())
[len(memory) > 10**7, memory.count("".join(parts).encode()), "WASM_SECRET" in os.environ]
"""
    assert executor(JS + look).output[0::2] == [True, False]
    assert executor("memory.count(''.join(parts).encode())").output == 0


# ---- other sessions


def test_what_code_does_to_its_worker_stays_in_its_session(executor: WasmExecutor) -> None:
    pollute = """
import builtins, json
from pathlib import Path
for path in Path("/lib").rglob("*.*"):
    if path.is_file():
        path.write_text("1 / 0")
type(worker._engine).run = lambda self, source: ("forged", False)
builtins.len = lambda _: "forged"
js("Object.prototype.type = 'forged'; Array.prototype.push = null; python._module.HEAPU8.fill(255, 0, 10_000)")
"""
    with WasmExecutor() as other:
        other.send_tools({"add": lambda a, b: a + b})
        is_honest(other)
        with suppress(InterpreterError, SandboxError):
            executor(JS + WORKER + pollute)
            executor("1")
        is_honest(other)
    with WasmExecutor() as fresh:
        fresh.send_tools({"add": lambda a, b: a + b})
        is_honest(fresh)
        assert fresh("len([1])").output == 1
