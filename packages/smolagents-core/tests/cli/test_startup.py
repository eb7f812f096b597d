"""What costs little: help, version and the dispatch to subcommands. And what plugins add to it."""

import subprocess
import sys
from typing import Any

import pytest
import smolagents
from smolagents.cli.help import SMOLAGENT, SMOLAGENTS

COMMANDS = """
from smolagents.hooks import hookimpl

@hookimpl
def register_commands(registry):
    registry.add("greet", greet, help="say hello")
    registry.add("crash", lambda arguments: 1 / 0)

def greet(arguments):
    print("Hello", *arguments)
    return 7
"""


def install_commands(shell: Any) -> None:
    shell.install("acme-commands", "[smolagents.hooks]\nacme = acme_commands\n", acme_commands=COMMANDS)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["task", "--json", "--help"]])
def test_help_of_smolagent(shell: Any, arguments: list[str]) -> None:
    done = shell.smolagent(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, SMOLAGENT, "")


def test_help_and_version_of_smolagents(shell: Any) -> None:
    assert shell.smolagents("--help").stdout == SMOLAGENTS
    assert shell.smolagents("run", "--help").stdout == SMOLAGENT
    version = f"smolagents-core {smolagents.__version__} (Python {sys.version.split()[0]})\n"
    assert shell.smolagents("version").stdout == version
    assert shell.smolagents("--version").stdout == version
    assert shell.smolagent("--version").stdout == version


@pytest.mark.parametrize("command", ["smolagents.cli.main(['--help'])", "smolagents.cli.smolagents_main(['--help'])"])
def test_help_loads_nothing_and_no_plugin(shell: Any, command: str) -> None:
    for number in range(50):
        broken = "raise RuntimeError" if number < 5 else ""
        name = f"acme_{number}"
        shell.install(f"acme-{number}", f"[smolagents.hooks]\n{name} = {name}\n", **{name: broken})
    code = f"import sys, smolagents.cli; before = set(sys.modules); {command}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], env=shell.env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "smolagents.cli.help"
    assert done.stderr == ""


def test_python_m_smolagents_is_smolagents(shell: Any) -> None:
    command = [sys.executable, "-m", "smolagents", "version"]
    done = subprocess.run(command, env=shell.env, capture_output=True, text=True, check=True)
    assert done.stdout == shell.smolagents("version").stdout


def test_commands_of_plugins(shell: Any) -> None:
    install_commands(shell)
    greeted = shell.smolagents("greet", "you", "--help")
    assert (greeted.returncode, greeted.stdout) == (7, "Hello you --help\n")
    assert "  greet                   say hello\n" in shell.smolagents("help").stdout
    crashed = shell.smolagents("crash")
    assert crashed.returncode == 1
    assert crashed.stderr == "smolagents: error: crash failed: ZeroDivisionError: division by zero\n"


def test_core_commands_cannot_be_taken_over(shell: Any) -> None:
    source = COMMANDS.replace('"crash"', '"run"')
    shell.install("acme-thief", "[smolagents.hooks]\nacme = acme_thief\n", acme_thief=source)
    listed = shell.smolagents("help")
    assert (listed.returncode, listed.stdout) == (0, SMOLAGENTS)
    assert "plugin acme of acme-thief 1.0 failed in hook register_commands and is left out" in listed.stderr
    assert "the command run belongs to smolagents-core" in listed.stderr
    assert shell.smolagents("run", "--version").stdout == shell.smolagents("version").stdout


def test_unknown_command(shell: Any) -> None:
    install_commands(shell)
    done = shell.smolagents("gret")
    assert (done.returncode, done.stdout) == (2, "")
    known = "run, plugins, tools, doctor, version, help, greet, crash"
    assert f"unknown command 'gret'. Did you mean greet? Commands: {known}" in done.stderr
    assert 'smolagents run "what is this"' in shell.smolagents("what is this").stderr


def test_no_command(shell: Any) -> None:
    done = shell.smolagents()
    assert (done.returncode, done.stdout, done.stderr) == (2, "", SMOLAGENTS)


def test_a_broken_plugin_is_named_once_and_the_rest_works(shell: Any) -> None:
    install_commands(shell)
    shell.install(
        "acme-broken", "[smolagents.hooks]\nbroken = acme_broken\n", acme_broken="raise RuntimeError('no luck')"
    )
    done = shell.smolagents("greet")
    assert (done.returncode, done.stdout) == (7, "Hello\n")
    assert done.stderr.count("acme-broken") == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("smolagent: warning: ")


def test_help_of_a_command(shell: Any) -> None:
    install_commands(shell)
    assert shell.smolagents("help", "run").stdout == SMOLAGENT
    assert shell.smolagents("help", "help").stdout.startswith(SMOLAGENTS)
    for command in ("plugins", "tools", "doctor"):
        done = shell.smolagents("help", command)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"usage: smolagents {command}")
    assert shell.smolagents("help", "greet").stdout == "Hello --help\n"
    done = shell.smolagents("help", "nosuch")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("smolagents: error: unknown command 'nosuch'.")
