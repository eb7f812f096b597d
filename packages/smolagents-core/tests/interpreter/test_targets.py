"""Divisions, whose weight is checked in between, inside of what is assigned to."""

from typing import Any

import pytest
from smolagents import LocalPythonExecutor


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("y, a[0 // x] = 3, 4", [4, 2, 3]),
        ("y = a[0 // x] = 3", [3, 2, 3]),
        ("[a[x // x], y] = 1, 2", [1, 1, 3]),
        ("*a[3 % x :], y = 1, 2, 3", [1, 1, 2]),
        ("a[4 // x], a[x % x] = a[0 // x], a[4 // x]", [3, 2, 1]),
        ("for a[0 // x], y in [(7, 8)]: pass", [7, 2, 3]),
        ("del a[4 // x], a[x // x]", [1]),
    ],
)
def test_targets_with_divisions(code: str, expected: Any) -> None:
    assert LocalPythonExecutor([])(f"a, x = [1, 2, 3], 2\n{code}\na").output == expected
