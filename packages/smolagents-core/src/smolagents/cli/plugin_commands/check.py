"""`smolagents plugins check [DISTRIBUTION]`: does a plugin keep its contracts?

Each distribution is loaded in a process of its own, so that a plugin that ends or crashes its process is found too.
"""

import json
import subprocess
import sys
from subprocess import PIPE
from typing import NamedTuple

from smolagents.plugins.catalogue import Entry, current
from smolagents.plugins.inspection import inspected, notes
from smolagents.plugins.names import normalized

LOADING_LIMIT_S = 120


class Finding(NamedTuple):
    """Say one thing about a plugin: `verdict` is "ok", "problem" or "note"."""

    verdict: str
    text: str


DONE = Finding("ok", "done")  # the probe's last word, without which its process ended too early


def check(distribution: str | None) -> int:
    """Check one distribution, or all that offer plugins; print what is found; return 1 if there is a problem."""
    entries = inspected()
    wanted = sorted({entry.distribution for entry in entries}) if distribution is None else [normalized(distribution)]
    problems = 0
    for name in wanted:
        version = current().distributions.get(name)
        if version is None:
            print(f"{name} is not installed. What is installed: smolagents plugins list", file=sys.stderr)
            return 2
        print(f"{name} {version}")
        for finding in _findings([entry for entry in entries if entry.distribution == name]):
            problems += finding.verdict == "problem"
            print(f"  {finding.verdict:7}  {finding.text}")
    for note in notes(current()):
        print(f"note: {note}")
    counted = f"{problems} problem{'' if problems == 1 else 's'}" if problems else "no problems"
    print(f"{len(wanted)} distribution{'' if len(wanted) == 1 else 's'} checked, {counted}")
    return 1 if problems else 0


def _findings(entries: list[Entry]) -> list[Finding]:
    if not entries:
        return [Finding("problem", "it offers nothing: its metadata has no entry points in groups smolagents.*")]
    findings = [
        Finding("note" if entry.state == "disabled" else "problem", f"{entry.kind} {entry.name}: {entry.detail}")
        for entry in entries
        if entry.state != "ok"
    ]
    usable = [entry for entry in entries if entry.state == "ok"]
    return findings + (_probe(usable) if usable else [])


def _probe(entries: list[Entry]) -> list[Finding]:
    """Load the entries in a child process and return what it says of each."""
    task = json.dumps([[entry.kind, entry.name, entry.module, entry.attribute] for entry in entries])
    command = [sys.executable, "-m", "smolagents.cli.plugin_commands.probe"]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as child:
        try:
            output, errors = child.communicate(task, timeout=LOADING_LIMIT_S)
            end = f"ended with exit code {child.returncode}: {_last_line(errors)}"
        except subprocess.TimeoutExpired:
            child.kill()
            output, errors = child.communicate()
            end = f"did not end within {LOADING_LIMIT_S} s"
    findings = [Finding(*json.loads(line)) for line in output.splitlines()]
    if not findings or findings[-1] != DONE:
        return [*findings, Finding("problem", f"the process that loaded it {end}")]
    return findings[:-1]


def _last_line(text: str) -> str:
    return next(reversed(text.strip().splitlines()), "no message")
