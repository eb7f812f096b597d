"""The executor keeps all promises of executors, as far as Python in WebAssembly can."""

from typing import Any

from smolagents_exec_wasm import WasmExecutor
from smolagents_testing import ExecutorConformance


class TestWasmExecutor(ExecutorConformance):
    lacks = {
        "import refusal": "its sandbox is the boundary, not its Python",
        "arrays": "numpy is not in Pyodide's npm package",
        "images": "Pillow is not in Pyodide's npm package",
    }

    def make_executor(self, **options: Any) -> WasmExecutor:
        return WasmExecutor(**options)
