"""`smolagents doctor`: what works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, field

from smolagents import plugins
from smolagents.cli.help import DOCTOR
from smolagents.cli.problems import UsageError, one_line, say
from smolagents.cli.warning_lines import warnings_as_lines
from smolagents.errors import MissingPluginError
from smolagents.plugins.catalogue import current
from smolagents.plugins.names import CORE_EXECUTORS, FIRST_PARTY, first_party_kind
from smolagents.plugins.reports import described

OK, PROBLEM, ABSENT = "ok", "problem", "not installed"
_MARKS = {OK: "+", PROBLEM: "!", ABSENT: "-"}


@dataclass
class Finding:
    """Hold what was found out about one thing.

    Args:
        topic: Where it belongs: python, model, executors, plugins.
        name: What it is.
        state: OK, PROBLEM or ABSENT.
        text: What there is to say in one line.
        details: More of it by name, such as the layers of a sandbox.
    """

    topic: str
    name: str
    state: str
    text: str
    details: dict[str, str] = field(default_factory=dict)


def doctor_main(arguments: list[str]) -> int:
    """Print what works here and what does not, and return the exit code: 1 if something that is installed fails."""
    if "-h" in arguments or "--help" in arguments:
        sys.stdout.write(DOCTOR)
        return 0
    if arguments not in ([], ["--json"]):
        say("error", "smolagents doctor takes no arguments but --json", program="smolagents")
        return 2
    with warnings_as_lines(), redirect_stdout(sys.stderr):  # what plugins print is none of the report
        findings = [*_python(), *_model(), *_executors(), *_plugins()]
    if arguments:
        import json

        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        sys.stdout.write(_page(findings))
    return int(any(finding.state == PROBLEM for finding in findings))


def _python() -> Iterator[Finding]:
    import platform

    import smolagents

    text = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, at {sys.executable}"
    yield Finding("python", f"smolagents-core {smolagents.__version__}", OK, text)


def _model() -> Iterator[Finding]:
    """Say which model `smolagent` would take without being told."""
    from pathlib import Path

    from smolagents.cli.arguments import parse_arguments
    from smolagents.cli.choice import choose_model
    from smolagents.cli.dotenv import read_dotenv

    names = read_dotenv(Path(".env"))
    if names:
        yield Finding("model", ".env", OK, f"smolagent reads {', '.join(names)} from it in this directory")
    try:
        yield Finding("model", "smolagent", OK, f"takes {choose_model(parse_arguments([]))}")
    except UsageError as error:
        yield Finding("model", "smolagent", ABSENT, str(error))


def _executors() -> Iterator[Finding]:
    first_party = {name for name in FIRST_PARTY if first_party_kind(name) == "executors" and name.islower()}
    entries = [entry for entry in plugins.entries("executors") if entry.state != "shadowed"]
    installed = {entry.name for entry in entries if not entry.name[:1].isupper()}
    for name in [*sorted(CORE_EXECUTORS), *sorted(first_party | installed | {*plugins.offered("executors")})]:
        yield _executor(name)


def _executor(name: str) -> Finding:
    try:
        factory = plugins.executor_factory(name) if name != "local" else plugins.resolve("LocalPythonExecutor")
    except MissingPluginError as error:
        return _unusable(name, error)
    try:
        diagnose = getattr(factory, "diagnose", None)
        found = diagnose() if diagnose is not None else {}
        details = {str(part): one_line(text) for part, text in dict(found).items()}
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may even call sys.exit()
        return Finding("executors", name, PROBLEM, one_line(described(error)))
    missing = [text for text in details.values() if text.startswith("missing")]
    text = missing[0] if missing else "works here" if details else "is installed; it has no check of its own"
    return Finding("executors", name, PROBLEM if missing else OK, text, details)


def _unusable(name: str, error: MissingPluginError) -> Finding:
    """Say why there is no executor of a name: it is not installed or switched off, or it does not work."""
    entry = current().find(name, ("executors",))
    if entry is not None and entry.state == "disabled":
        return Finding("executors", name, ABSENT, entry.detail)
    if entry is None and FIRST_PARTY[name] not in current().distributions:
        return Finding("executors", name, ABSENT, f"pip install {FIRST_PARTY[name]}")
    return Finding("executors", name, PROBLEM, one_line(error))


def _plugins() -> Iterator[Finding]:
    from smolagents.plugins.dispatch import why_left_out
    from smolagents.plugins.inspection import inspected, notes

    working = set()
    entries = inspected()
    for entry in entries:
        name = f"{entry.name} of {entry.distribution}"
        if entry.state == "disabled":
            yield Finding("plugins", name, ABSENT, entry.detail)
        elif entry.state != "ok":
            yield Finding("plugins", name, PROBLEM, f"{entry.state}: {entry.detail}")
        elif reason := why_left_out(entry):
            yield Finding("plugins", name, PROBLEM, one_line(reason))
        else:
            working.add(entry.distribution)
    none = "none that can be used" if entries else "none; smolagents plugins install NAME"
    yield Finding("plugins", "installed", OK, ", ".join(sorted(working)) or none)
    for note in notes(current()):
        yield Finding("plugins", "note", PROBLEM, note)


def _page(findings: list[Finding]) -> str:
    lines: list[str] = []
    width = max(len(finding.name) for finding in findings)
    inner = max((len(name) for finding in findings for name in finding.details), default=0)
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            lines += ["", topic.capitalize()] if lines else [topic.capitalize()]
        first, *rest = finding.text.splitlines()
        lines.append(f"  {_MARKS[finding.state]} {finding.name.ljust(width)}  {first}")
        lines += [" " * (width + 6) + line for line in rest]
        details = {name: text for name, text in finding.details.items() if text != finding.text}
        lines += [f"      {name.ljust(inner)}  {text}" for name, text in details.items()]
    lines += ["", "+ works   ! does not work   - is not installed, switched off, or not set up"]
    return "\n".join(lines) + "\n"
