"""The source that travels into sandboxes: it needs a plain Python, an old one too, and nothing of ours."""

import ast
import json
import subprocess
import sys
from typing import Any

import pytest
from smolagents.serialization import SafeSerializer

SOURCES = {
    "serializer": SafeSerializer.get_safe_serializer_code(),
    "deserializer": SafeSerializer.get_deserializer_code(allow_pickle=False),
    "deserializer with pickle": SafeSerializer.get_deserializer_code(allow_pickle=True),
}


def run_bare(program: str, text: str = "") -> str:
    """Run a program in a Python without site packages, so without smolagents, numpy and Pillow."""
    command = [sys.executable, "-I", "-S", "-W", "error", "-c", program]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_source_is_python_3_8_and_imports_the_standard_library_only(source: str) -> None:
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names
    assert "__future__" not in imported  # the source may stand anywhere in a program


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_no_name_of_one_part_hides_one_of_another(source: str) -> None:
    names = [node.name for node in ast.parse(source).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    targets = [node.targets[0] for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    names += [target.id for target in targets if isinstance(target, ast.Name)]
    assert len(names) == len(set(names))


def test_only_the_deserializer_for_pickles_can_read_one() -> None:
    assert "pickle" in SOURCES["deserializer with pickle"]
    assert "pickle" not in SOURCES["deserializer"]


def test_values_reach_a_bare_python_and_come_back() -> None:
    value: Any = {"a": (1, {2}), 3: [b"\0", 1.5, 10**5000], "when": __import__("datetime").timedelta.max}
    program = f"""
before = 1
{SOURCES["serializer"]}
{SOURCES["deserializer"]}
import sys
value = _deserialize(sys.stdin.read())
assert value[3][2] == 10**5000 and value["a"] == (1, {{2}}), value
print(SafeSerializer.dumps(value))
"""
    assert SafeSerializer.loads(run_bare(program, SafeSerializer.dumps(value)).strip()) == value


def test_a_value_whose_library_is_not_there_says_what_to_install() -> None:
    import numpy as np

    program = f"""{SOURCES["deserializer"]}
import sys
try:
    _deserialize(sys.stdin.read())
except SerializationError as error:
    print(error)
"""
    assert "pip install numpy" in run_bare(program, SafeSerializer.dumps(np.arange(3)))


def test_what_cannot_cross_is_refused_there_too() -> None:
    program = f"""{SOURCES["serializer"]}
try:
    SafeSerializer.dumps({{"f": open}})
except SerializationError as error:
    print(error)
"""
    assert "value['f']" in run_bare(program)


def test_pickle_crosses_when_allowed() -> None:
    program = f"""import warnings; warnings.simplefilter("ignore")
{SOURCES["deserializer with pickle"]}
import sys
print(_deserialize(sys.stdin.read()))
"""
    with pytest.warns(FutureWarning):
        text = SafeSerializer.dumps(json.JSONDecoder, allow_pickle=True)
    assert "JSONDecoder" in run_bare(program, text)
