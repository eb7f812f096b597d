"""The console scripts as users run them: processes in an empty folder and a clean environment, or in a terminal."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

_KEYS = re.compile(r"(KEY|TOKEN|SECRET)$|^(AWS|AZURE|OPENAI|SMOLAGENTS|HF)_")

# Makes standard input the controlling terminal, so that a Ctrl-C typed there becomes a signal, and becomes the command.
# As a shell does it for what runs in its foreground: the terminal is the process's, and Ctrl-C reaches it.
_IN_TERMINAL = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """A process in a terminal of its own."""

    def __init__(self, command: list[str], cwd: Path, env: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        modes = termios.tcgetattr(slave)
        modes[3] |= termios.NOFLSH  # else Ctrl-C may drop what the process writes in answer to it
        termios.tcsetattr(slave, termios.TCSANOW, modes)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _IN_TERMINAL, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env={**env, "TERM": "xterm", "COLUMNS": "200", "LINES": "50"},
            start_new_session=True,
        )
        os.close(slave)
        self.text = ""
        self._seen = 0

    def expect(self, text: str) -> None:
        """Wait until a text is shown after the last one that was expected."""
        while (position := self.text.find(text, self._seen)) < 0:
            if not self._read():
                raise AssertionError(f"{text!r} was never shown. What was:\n{self.text[self._seen :]}")
        self._seen = position + len(text)

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._master, text.encode())

    def ctrl_c(self) -> None:
        """Press Ctrl-C."""
        self.type("\x03")

    def exit_code(self) -> int:
        """Wait for the end and return the exit code."""
        while self._read():
            pass
        return self._process.wait(300)

    def close(self) -> None:
        """End the process, if the test has left it running."""
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], 300)
        try:
            data = os.read(self._master, 65536) if ready else b""
        except OSError:  # Linux's way to say that the other side is closed
            data = b""
        plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", data.decode("utf-8", "replace"))
        self.text += plain.replace("\r\n", "\n")
        return bool(data)


class Shell:
    """A folder to run commands in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "site"
        self.site.mkdir()
        self.env = {name: value for name, value in os.environ.items() if not _KEYS.search(name)}
        path = os.pathsep.join(filter(None, [str(self.site), os.environ.get("PYTHONPATH")]))
        self.env |= {"PYTHONPATH": path, "SMOLAGENTS_LOCAL_SERVERS": "", "HOME": str(folder)}
        self._terminals: list[Terminal] = []

    def smolagent(self, *arguments: str, input: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        """Run `smolagent` with something, or nothing, piped into it."""
        return self._run("smolagent", arguments, input, env)

    def smolagents(self, *arguments: str, input: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        """Run `smolagents`, with something, or nothing, piped into it."""
        return self._run("smolagents", arguments, input, env)

    def terminal(self, *arguments: str, **env: str) -> Terminal:
        """Run `smolagent` in a terminal."""
        opened = Terminal([_script("smolagent"), *arguments], self.folder, self.env | env)
        self._terminals.append(opened)
        return opened

    def install(self, name: str, entry_points: str, **modules: str) -> None:
        """Install a distribution: its entry points, and the source of each of its modules."""
        metadata = self.site / f"{name.replace('-', '_')}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(dedent(entry_points))
        for module, source in modules.items():
            (self.site / f"{module}.py").write_text(dedent(source))

    def recording(self, *turns: Any) -> str:
        """Write a recording of model turns and return it as `--model` takes it."""
        path = self.folder / "recording.jsonl"
        path.write_text("".join(json.dumps(turn) + "\n" for turn in turns))
        return f"replay/{path}"

    def close(self) -> None:
        """End what still runs."""
        for terminal in self._terminals:
            terminal.close()

    def _run(
        self, script: str, arguments: tuple[str, ...], input: str, env: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [_script(script), *arguments],
            input=input,
            cwd=self.folder,
            env=self.env | env,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    opened = Shell(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the caller's keys and servers from what runs in this process."""
    for name in list(os.environ):
        if _KEYS.search(name):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SMOLAGENTS_LOCAL_SERVERS", "")
