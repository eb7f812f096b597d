"""Measure this tree: python scripts/bench SUBJECT... [--upstream] [--rounds N]."""

import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
GROUPS = {"core": ["startup", "steps", "memory"]}


def main(arguments: list[str]) -> None:
    """Run the subjects named, each a module of this folder, with the options."""
    subjects = {path.stem: path for path in sorted(FOLDER.glob("[a-z]*.py"))}
    names = [
        name for argument in arguments for name in GROUPS.get(argument, [argument]) if argument in {*subjects, *GROUPS}
    ]
    if not names:
        print(__doc__)
        for name in subjects:
            print(f"  {name:12} {(importlib.import_module(name).__doc__ or '').splitlines()[0]}")
        for group, members in GROUPS.items():
            print(f"  {group:12} {', '.join(members)}")
        sys.exit(0 if not arguments or set(arguments) & {"-h", "--help"} else 2)
    print(f"Python {sys.version.split()[0]} on {sys.platform}")
    options = [argument for argument in arguments if argument not in {*subjects, *GROUPS}]
    for name in names:
        importlib.import_module(name).main(options)


main(sys.argv[1:])
