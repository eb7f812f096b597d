"""A module that is authorized is so as a whole, however its functions are reached."""

import subprocess
import sys

import pytest
from smolagents.errors import InterpreterError
from smolagents.local_python_executor import LocalPythonExecutor


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("os", "import os\nos.getcwd()"),
        ("os", "from os import getcwd\ngetcwd()"),
        ("os", "import os as system\n[get() for get in [system.getcwd]][0]"),
        ("*", "import os\nos.getcwd()"),
        ("subprocess", f"import subprocess\nsubprocess.run([{sys.executable!r}, '-c', '']).returncode"),
        ("shutil", "import shutil\nshutil.which('sh')"),
        ("importlib", "import importlib\nimportlib.import_module('math').pi"),
    ],
)
def test_functions_of_an_authorized_module_can_be_called(module: str, code: str) -> None:
    assert LocalPythonExecutor([module])(code).output is not None


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("shutil", "import shutil\nshutil.os.getcwd()"),
        ("importlib", "import importlib\nimportlib.import_module('os').getcwd()"),
        ("importlib", "import importlib\nlist(map(importlib.import_module, ['os']))"),
        ("tempfile", "import tempfile\ntempfile._os.getcwd()"),
        ("os.path", "import os\nos.getcwd()"),
        ("os.path", "from os import getcwd"),
    ],
)
def test_functions_of_another_module_stay_closed(module: str, code: str) -> None:
    with pytest.raises(InterpreterError):
        LocalPythonExecutor([module])(code)


def test_what_a_module_loads_lazily_is_there_at_once() -> None:
    """In a process of its own, since the module keeps what it has loaded."""
    program = (
        "from smolagents.local_python_executor import LocalPythonExecutor\n"
        "executor = LocalPythonExecutor(['concurrent.futures'])\n"
        "executor('from concurrent.futures import ThreadPoolExecutor')\n"
        "print(executor('with ThreadPoolExecutor(2) as pool:\\n    r = list(pool.map(abs, [-1, 2]))\\nr').output)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[1, 2]\n", "")
