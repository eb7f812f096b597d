"""Standard streams that are closed, full, read by nobody, or of another encoding: no traceback, and an exit code."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COMMANDS = [
    ("smolagent", "--help"),
    ("smolagents", "--help"),
    ("smolagents", "help"),
    ("smolagents", "version"),
    ("smolagents", "plugins", "list"),
    ("smolagents", "plugins", "list", "--json"),
    ("smolagents", "plugins", "--help"),
    ("smolagents", "tools", "list"),
    ("smolagents", "tools", "call", "python_interpreter", "code=1"),
]
RUN = ("smolagent", "say hi", "--tools", "--executor", "local", "--model")
ANSWER = "<code>\nfinal_answer('hi')\n</code>"


def run(
    shell: Any, command: tuple[str, ...], stdin: Any = subprocess.DEVNULL, stdout: Any = subprocess.PIPE, **env: str
) -> tuple[int, bytes, bytes]:
    script, *arguments = command
    done = subprocess.run(
        [str(Path(sys.executable).with_name(script)), *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=shell.folder,
        env=shell.env | env,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def closed(shell: Any, command: tuple[str, ...], descriptors: str) -> subprocess.CompletedProcess[str]:
    """Run a command with standard streams that are closed, as `>&-` does it in a shell."""
    script, *arguments = command
    program = str(Path(sys.executable).with_name(script))
    return subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {descriptors}', program, *arguments],
        capture_output=True,
        cwd=shell.folder,
        env=shell.env,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nobody_reads(shell: Any, command: tuple[str, ...], unbuffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    code, _, said = run(shell, command, stdout=writer, PYTHONUNBUFFERED=unbuffered)
    os.close(writer)
    assert said == b""
    assert code == 1 or (unbuffered and command[1:] == ("plugins", "--help"))  # argparse hides that nobody reads


@pytest.mark.parametrize("option", ["--quiet", "--json", "--verbosity-level=1"])
def test_nobody_reads_a_run(shell: Any, option: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    code, _, said = run(shell, (*RUN, shell.recording(ANSWER), option), stdout=writer)
    os.close(writer)
    assert code == 1
    assert b"Traceback" not in said
    assert b"Broken" not in said


def test_nobody_reads_a_command_of_a_plugin(shell: Any) -> None:
    source = """
    from smolagents.hooks import hookimpl

    @hookimpl
    def register_commands(registry):
        registry.add("chatter", lambda arguments: print("hello", flush=True) or 0)
    """
    shell.install("acme-chatter", "[smolagents.hooks]\nacme = acme_chatter\n", acme_chatter=source)
    reader, writer = os.pipe()
    os.close(reader)
    assert run(shell, ("smolagents", "chatter"), stdout=writer)[::2] == (1, b"")
    os.close(writer)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", [("smolagent", "--help"), ("smolagents", "plugins", "list"), RUN], ids=" ".join)
def test_a_full_disk_is_told_in_one_line(shell: Any, command: tuple[str, ...], unbuffered: str) -> None:
    whole = (*command, shell.recording(ANSWER)) if command == RUN else command
    with open("/dev/full", "w") as full:
        code, _, said = run(shell, whole, stdout=full, PYTHONUNBUFFERED=unbuffered)
    assert code == 1
    assert b"Traceback" not in said
    last = said.decode().splitlines()[-1]
    assert last.startswith(f"{command[0]}: error: ")
    assert last.endswith("No space left on device")


@pytest.mark.parametrize("command", [*COMMANDS, RUN], ids=" ".join)
def test_closed_output(shell: Any, command: tuple[str, ...]) -> None:
    whole = (*command, shell.recording(ANSWER)) if command == RUN else command
    done = closed(shell, whole, ">&-")
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr


def test_closed_input_is_empty_input(shell: Any) -> None:
    done = closed(shell, ("smolagent",), "<&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("smolagent: error: no task, neither as an argument nor on standard input")
    assert closed(shell, ("smolagent",), "<&- >&- 2>&-").returncode == 2


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8:strict"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_any_encoding(shell: Any, command: tuple[str, ...], encoding: str) -> None:
    code, shown, said = run(shell, command, PYTHONIOENCODING=encoding)
    assert (code, said) == (0, b"")
    assert shown


def test_a_letter_that_the_output_lacks_is_escaped(shell: Any) -> None:
    _, shown, _ = run(shell, ("smolagent", "--help"), PYTHONIOENCODING="latin-1")
    assert rb"--tools NAME \u2026" in shown
    text = ("smolagents", "tools", "call", "python_interpreter", "code=chr(0xdce9)")
    assert run(shell, text, PYTHONIOENCODING="utf-8:strict")[1].endswith(b"\\udce9\n")
    assert run(shell, text, PYTHONIOENCODING="utf-8:replace")[1].endswith(b"?\n")  # as the user wants it
