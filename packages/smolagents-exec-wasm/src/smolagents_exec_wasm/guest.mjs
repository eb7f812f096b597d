// The realm in which Python runs: a worker without any permission, and with nothing that leads out of it.
//
// Code in Python reaches the JavaScript of this realm. So whatever could touch the process's own streams, start a
// thread or load a module is taken away before Pyodide comes in; and once Python serves, this thread never returns to
// its event loop, so no promise, timer, message or import of the code's making ever comes to anything. The channel to
// the broker lies in variables of this module, which no other code sees, and what handles it was taken before anybody
// could put something else in its place: mind that a property such as a typed array's `length` is a getter.

const { load, store, wait } = Atomics;
const Bytes = Uint8Array;
const asFunction = (method) => Function.prototype.call.bind(method);
const getter = (owner, name) => asFunction(Object.getOwnPropertyDescriptor(owner, name).get);
const copyInto = asFunction(Bytes.prototype.set);
const growTo = asFunction(SharedArrayBuffer.prototype.grow);
const roomOf = getter(SharedArrayBuffer.prototype, "byteLength");
const sizeOf = getter(Object.getPrototypeOf(Bytes.prototype), "length");
const decode = TextDecoder.prototype.decode.bind(new TextDecoder());
const encode = TextEncoder.prototype.encode.bind(new TextEncoder());
const ring = postMessage;

// Places in `control`, see broker.mjs.
const [DOWN, DOWN_SIZE, UP, UP_SIZE] = [0, 1, 2, 3];
const [SAID, REPLIED, CRASHED] = [1, 2, 3];

// The language itself, and what Pyodide needs of the rest.
const KEPT = new Set(
  `globalThis self Infinity NaN undefined Object Function Array Number Boolean String Symbol Date Promise RegExp Error
  AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError JSON Math Intl
  ArrayBuffer SharedArrayBuffer Atomics DataView Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array
  BigUint64Array BigInt64Array Uint8ClampedArray Float16Array Float32Array Float64Array Map Set WeakMap WeakSet WeakRef
  FinalizationRegistry BigInt Iterator Proxy Reflect DisposableStack AsyncDisposableStack Temporal WebAssembly eval
  parseFloat parseInt isFinite isNaN decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape
  TextDecoder TextEncoder URL WorkerGlobalScope atob btoa crypto location performance clearTimeout setTimeout
  `.split(/\s+/),
);

function takeAway() {
  for (const name of Reflect.ownKeys(globalThis)) {
    if (typeof name === "string" && !KEPT.has(name) && !Reflect.deleteProperty(globalThis, name)) {
      throw new Error(`${name} can't be taken away`);
    }
  }
  const silent = () => {};
  globalThis.console = { debug: silent, error: silent, info: silent, log: silent, trace: silent, warn: silent };
}

async function loadPython(crash, { loader, runtime, module, lock, library, source, snapshot, makeSnapshot }) {
  const address = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const addresses = [address(loader), address(runtime)];
  takeAway();
  // Pyodide takes this for a browser, and what the broker has read for what it fetches.
  globalThis.fetch = () => ({ ok: true, arrayBuffer: () => library });
  WebAssembly.instantiateStreaming = async (_, imports) => {
    const instance = await WebAssembly.instantiate(module, imports).catch(crash); // Pyodide would wait for ever
    return { module, instance };
  };
  const { loadPyodide } = await import(addresses[0]);
  const { default: createPyodideModule } = await import(addresses[1]);
  const python = await loadPyodide({
    createPyodideModule,
    indexURL: "file:///",
    lockFileContents: lock,
    stdin: () => null,
    env: { HOME: "/home/worker" },
    _makeSnapshot: makeSnapshot,
    _loadSnapshot: snapshot,
  });
  delete globalThis.fetch;
  delete WebAssembly.instantiateStreaming;
  if (!snapshot) python.runPython(source);
  return python;
}

// Returns functions that exchange texts with the broker.
function openChannel({ control, down, up }) {
  function receive() {
    wait(control, DOWN, 0);
    const text = new Bytes(control[DOWN_SIZE]);
    copyInto(text, new Bytes(down, 0, control[DOWN_SIZE]));
    store(control, DOWN, 0);
    return decode(text);
  }

  function send(kind, text) {
    const data = encode(text);
    const size = sizeOf(data);
    for (let sent; (sent = load(control, UP)) !== 0; ) wait(control, UP, sent);
    if (size > roomOf(up)) growTo(up, size);
    copyInto(new Bytes(up), data);
    control[UP_SIZE] = size;
    store(control, UP, kind);
    ring(0);
  }

  return { receive, send };
}

// Answers requests for as long as the thread lives. A reply leaves when the call into Python has returned, not before.
function serve(python, { receive, send }, { control, interrupt }) {
  const say = (text) => send(SAID, text);
  const nap = (milliseconds) => void wait(interrupt, 0, 0, milliseconds);
  python.setInterruptBuffer(interrupt);
  const answer = python.globals.get("start")(say, receive, nap);
  try {
    for (;;) {
      const reply = answer(receive());
      store(interrupt, 0, 0);
      store(control, DOWN, 0); // an answer that nobody fetched is no request
      send(REPLIED, reply);
    }
  } catch {
    send(CRASHED, "Python has ended");
  }
  for (;;) wait(interrupt, 0, load(interrupt, 0)); // for the process to be ended: not even now to the event loop
}

self.onmessage = async ({ data }) => {
  const channel = openChannel(data);
  const crash = (error) => channel.send(CRASHED, String(error?.stack ?? error));
  try {
    const python = await loadPython(crash, data);
    if (data.makeSnapshot) ring(python.makeMemorySnapshot());
    else serve(python, channel, data);
  } catch (error) {
    crash(error);
  }
};
