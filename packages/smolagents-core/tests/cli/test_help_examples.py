"""The examples of the help text do what they say, as they stand there."""

import shlex
from typing import Any

import pytest
from smolagents.cli.help import SMOLAGENT

PLOT = """<code>
import matplotlib
import matplotlib.pyplot as plt
import pandas as pd

matplotlib.use("Agg")
plt.plot(pd.read_csv("sales.csv"))
plt.savefig("sales.png")
final_answer("sales.png")
</code>"""


@pytest.fixture
def libraries(shell: Any) -> None:
    """Install what reads a file and writes one, where an agent would import pandas and Matplotlib from."""
    (shell.site / "pandas.py").write_text("def read_csv(path):\n    return open(path).read()\n")
    (shell.site / "matplotlib").mkdir()
    (shell.site / "matplotlib" / "__init__.py").write_text("def use(backend):\n    pass\n")
    (shell.site / "matplotlib" / "pyplot.py").write_text(
        "drawn = []\nplot = drawn.append\n\ndef savefig(path):\n    open(path, 'w').write(*drawn)\n"
    )


@pytest.mark.usefixtures("libraries")
def test_plot_a_table(shell: Any) -> None:
    (shell.folder / "sales.csv").write_text("month,sales\n1,2\n")
    (line,) = (line for line in SMOLAGENT.splitlines() if "sales.csv" in line)
    program, *arguments = shlex.split(line)
    assert program == "smolagent"
    arguments[arguments.index("--model") + 1] = shell.recording(PLOT)
    done = shell.smolagent(*arguments)
    assert done.returncode == 0, done.stdout
    assert (shell.folder / "sales.png").read_text() == "month,sales\n1,2\n"
