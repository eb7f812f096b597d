"""WebAssembly as a sandbox: Python as Pyodide, in Deno without permissions, offline."""

from smolagents_exec_wasm.executor import WasmExecutor

__all__ = ["WasmExecutor"]
