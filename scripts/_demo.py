"""Run the `smolagent` command line on the working directory's uv.lock; arguments are added to the command.

The recording holds model turns only: code that reads the file and computes. Interpreter, tools and answer are real.
"""

import os
import shlex
import sys
from pathlib import Path

TASK = (
    "Read uv.lock, the lock file of this workspace. How many third-party distributions does the workspace pull in, and "
    "which? Which one of them is needed by most others, directly or through others? Through which chain of "
    "dependencies, the shortest from a package of the workspace, does that one come in?"
)
RECORDING = Path(__file__).with_name("demo-recording.jsonl")


def main() -> None:
    """Print the command and become it."""
    arguments = sys.argv[1:]
    command = ["smolagent", TASK, "--tools", "list_files", "read_file", "search_files", "--imports", "tomllib"]
    if not any(argument.startswith("--model") for argument in arguments):
        command += ["--model-type", "ReplayModel", "--model-id", os.path.relpath(RECORDING)]
    command += ["--executor", "local", *arguments]
    print("$", shlex.join(command), file=sys.stderr, flush=True)
    os.execv(Path(sys.executable).with_name("smolagent"), command)


if __name__ == "__main__":
    main()
