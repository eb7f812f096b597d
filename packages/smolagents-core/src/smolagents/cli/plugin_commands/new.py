"""`smolagents plugins new DIR --kind KIND`: write a small, complete distribution to start from."""

import re
import shlex
import sys
from importlib.util import find_spec
from keyword import iskeyword
from os.path import abspath, basename
from pathlib import Path
from string import Template

from smolagents.plugins.catalogue import current, owner_of

_TEMPLATES = Path(__file__).with_name("templates")

_ENTRY_POINTS = {
    "model": '"smolagents.models" = { ${prefix}Model = "$module:${prefix}Model" }',
    "tool": '"smolagents.tools" = { ${prefix}Tool = "$module:${prefix}Tool", $name = "$module:${prefix}Tool" }',
    "executor": '"smolagents.executors" = { ${prefix}Executor = "$module:${prefix}Executor", '
    '$name = "$module:${prefix}Executor" }',
    "hooks": '"smolagents.hooks" = { $name = "$module" }',
}
_TRY = {
    "model": 'smolagent "Say hello." --model-type ${prefix}Model --model-id NAME --api-base URL',
    "tool": 'smolagent "How many words has this task?" --tools $name',
    "executor": 'smolagent "What is 6 times 7?" --executor $name',
    "hooks": 'SMOLAGENTS_TRACE_PLUGINS=1 smolagent "What is 6 times 7?"',
}


def create(directory: str, kind: str) -> int:
    """Write a plugin of a kind into a new folder and return the exit code: 2 if the folder can't be used."""
    folder = Path(directory)
    names = _names(basename(abspath(folder)), kind)
    problem = _problem(names, kind)
    try:
        if not problem and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            problem = f"{folder} exists and is not an empty folder; choose another one"
        if not problem:
            _write(folder, kind, names)
    except OSError as error:
        problem = f"{folder} can't be written: {error.strerror}"
    if problem:
        print(f"smolagents plugins new: {problem}", file=sys.stderr)
        return 2
    quoted = shlex.quote(str(folder))
    print(
        f"Wrote {names['distribution']} to {folder}. Next:\n"
        f"  pip install -e {quoted} smolagents-testing\n"
        f"  smolagents plugins check {names['distribution']}\n"
        f"  pytest {quoted}"
    )
    return 0


def _names(folder_name: str, kind: str) -> dict[str, str]:
    """Derive all names that the templates use from that of the folder."""
    distribution = re.sub(r"[-_.\s]+", "-", folder_name).strip("-").lower()
    words = [word for word in distribution.split("-") if word != "smolagents"]
    if len(words) > 1 and words[-1] == kind:
        words.pop()
    names = {
        "distribution": distribution,
        "module": distribution.replace("-", "_"),
        "name": "_".join(words),
        "variable": "_".join(words).upper(),
        "prefix": "".join(word.capitalize() for word in words),
        "kind": kind,
    }
    names["entry_points"] = Template(_ENTRY_POINTS[kind]).substitute(names)
    names["try_it"] = Template(_TRY[kind]).substitute(names)
    return names


def _problem(names: dict[str, str], kind: str) -> str:
    """Say why the names can't be used; empty if they can."""
    parts = (names["module"], names["name"])
    if not all(part.isascii() and part.isidentifier() and not iskeyword(part) for part in parts):
        return (
            f"the folder's name becomes the distribution's, and {names['distribution']!r} can't be one; "
            "choose a name such as smolagents-weather"
        )
    if names["module"] in sys.stdlib_module_names:
        return f"Python has a module {names['module']} already; choose another name"
    if names["distribution"] in current().distributions:
        return f"a distribution {names['distribution']} is installed already; choose another name"
    spec = find_spec(names["module"])
    if spec is not None and spec.origin is not None:  # a folder without code, which has none, would stand in no way
        return f"Python finds a module {names['module']} already, in {spec.origin}; choose another name"
    for name in (names["name"], names["prefix"] + kind.capitalize()):
        if kind != "hooks" and (owner := owner_of(name)):
            return f"the name {name} belongs to {owner}; choose another name"
    return ""


def _write(folder: Path, kind: str, names: dict[str, str]) -> None:
    package = folder / "src" / names["module"]
    for path, template in {
        folder / "pyproject.toml": "pyproject.toml",
        folder / "README.md": "README.md",
        package / "__init__.py": f"{kind}.py",
        folder / "tests" / f"test_{names['module']}.py": f"test_{kind}.py",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (_TEMPLATES / f"{template}.template").read_text(encoding="utf-8")
        path.write_text(Template(text).substitute(names), encoding="utf-8")
    (package / "py.typed").touch()
