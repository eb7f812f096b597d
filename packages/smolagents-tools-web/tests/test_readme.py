"""The page's program runs, and prints what the page says that it prints; the fake web stands for the real one."""

import contextlib
import io
import re
from pathlib import Path

from smolagents_testing import FakeWebServer

PAGE = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def test_readme(web: FakeWebServer) -> None:
    program = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, "README.md", "exec"), {"__name__": "__main__"})
    shown = "".join(re.findall(r"```output\n(.*?)```", PAGE, re.DOTALL))
    assert shown
    lines = iter(printed.getvalue().splitlines())
    for line in shown.splitlines():
        assert line in lines, f"not printed after what came before: {line}\n{printed.getvalue()}"
