// The trusted half of the sandbox's process: it owns standard input and output, and no code of an action runs in it.
//
// The guest hands it texts through shared memory. It passes on those that are messages which an action may send at this
// moment, and ends the process for anything else; an answer of the host reaches only the call that waits for it.

const START = 2 ** 20;
const MAX_FRAME = 64 * 2 ** 20;
const MAX_BUFFER = MAX_FRAME + 2 ** 16;
const [BROKE_PROTOCOL, CRASH] = [70, 71];

// Places in `control`: whether a message lies in `down` and its size; what lies in `up` and its size.
const [DOWN, DOWN_SIZE, UP, UP_SIZE] = [0, 1, 2, 3];
const [SAID, REPLIED, CRASHED] = [1, 2, 3];
const SIGINT = 2;

const { directory, snapshot, makeSnapshot } = JSON.parse(Deno.args[0]);
const control = new Int32Array(new SharedArrayBuffer(16));
const down = new SharedArrayBuffer(START, { maxByteLength: MAX_BUFFER });
const up = new SharedArrayBuffer(START, { maxByteLength: MAX_BUFFER });
const interrupt = new Int32Array(new SharedArrayBuffer(4));
const decoder = new TextDecoder();

// ---- the host's side

const chunk = new Uint8Array(2 ** 16);
let [read, unread] = [0, 0];

async function take(size) {
  const data = new Uint8Array(size);
  for (let taken = 0; taken < size; ) {
    if (read === unread) {
      [read, unread] = [0, (await Deno.stdin.read(chunk)) ?? 0];
      if (unread === 0) Deno.exit(0); // the host is gone
    }
    const part = chunk.subarray(read, Math.min(unread, read + size - taken));
    data.set(part, taken);
    taken += part.length;
    read += part.length;
  }
  return data;
}

async function receive() {
  return await take(parseInt(decoder.decode(await take(8)), 16));
}

function write(data) {
  for (let rest = data; rest.length > 0; ) rest = rest.subarray(Deno.stdout.writeSync(rest));
}

function forward(body) {
  const frame = new Uint8Array(8 + body.length);
  frame.set(new TextEncoder().encode(body.length.toString(16).padStart(8, "0")));
  frame.set(body, 8);
  write(frame);
}

// ---- the worker's side

function hand(body) {
  if (body.length > down.byteLength) down.grow(body.length);
  new Uint8Array(down).set(body);
  control[DOWN_SIZE] = body.length;
  Atomics.store(control, DOWN, 1);
  Atomics.notify(control, DOWN);
}

function collect() {
  const kind = Atomics.load(control, UP);
  const size = control[UP_SIZE];
  if (kind === 0 || size < 0 || size > Math.min(MAX_FRAME, up.byteLength)) return [kind, new Uint8Array(0)];
  const body = new Uint8Array(up).slice(0, size);
  Atomics.store(control, UP, 0);
  Atomics.notify(control, UP);
  return [kind, body];
}

// ---- what may be said when

const NOTHING = Symbol("nothing");
let running = NOTHING; // the id of the request that the worker is at; undefined for `configure`, which has none
let waiting = NOTHING; // the id of the call that it waits for

function fromHost(body) {
  const { type, id } = JSON.parse(decoder.decode(body));
  if (type === "interrupt") {
    if (id !== running) return;
    if (waiting === NOTHING) {
      Atomics.store(interrupt, 0, SIGINT);
      Atomics.notify(interrupt, 0);
    } else {
      waiting = NOTHING;
      hand(new Uint8Array(0));
    }
  } else if (type === "return" || type === "raise") {
    if (id !== waiting) return; // the call was interrupted
    waiting = NOTHING;
    hand(body);
  } else if (running === NOTHING && type !== "alive") {
    running = id;
    Atomics.store(interrupt, 0, 0);
    hand(body);
  }
}

function isAllowed(kind, message) {
  if (running === NOTHING || waiting !== NOTHING) return false;
  const { type, id } = message;
  if (kind === REPLIED) return type === (running === undefined ? "hello" : "done") && id === running;
  if (kind !== SAID || running === undefined) return false;
  if (type === "print") return typeof message.text === "string";
  return type === "call" && Number.isSafeInteger(id) && typeof message.tool === "string";
}

function fromWorker() {
  const [kind, body] = collect();
  if (kind === 0) return;
  if (kind === CRASHED) {
    console.error(decoder.decode(body)); // for whoever starts this by hand
    Deno.exit(CRASH);
  }
  let message = null;
  try {
    message = JSON.parse(decoder.decode(body));
  } catch {
    Deno.exit(BROKE_PROTOCOL);
  }
  if (message === null || !isAllowed(kind, message)) Deno.exit(BROKE_PROTOCOL);
  if (message.type === "call") waiting = message.id;
  if (kind === REPLIED) running = NOTHING;
  forward(body);
}

// ---- start

const file = (name) => `${directory}/${name}`;
const compiled = WebAssembly.compile(Deno.readFileSync(file("pyodide.asm.wasm")));
const worker = new Worker(new URL("./guest.mjs", import.meta.url), { type: "module", deno: { permissions: "none" } });
worker.onmessage = ({ data }) => {
  if (!makeSnapshot || !(data instanceof Uint8Array)) return fromWorker();
  write(data);
  Deno.exit(0);
};
worker.onerror = () => Deno.exit(CRASH);
const source = decoder.decode(await receive());
worker.postMessage({
  control,
  down,
  up,
  interrupt,
  source,
  makeSnapshot,
  loader: Deno.readTextFileSync(file("pyodide.mjs")),
  runtime: Deno.readTextFileSync(file("pyodide.asm.mjs")),
  lock: { info: JSON.parse(Deno.readTextFileSync(file("pyodide-lock.json"))).info, packages: {} },
  library: Deno.readFileSync(file("python_stdlib.zip")).buffer,
  snapshot: snapshot ? Deno.readFileSync(snapshot) : undefined,
  module: await compiled,
});
for (;;) fromHost(await receive());
