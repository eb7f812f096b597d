"""Wait for the end of a program, and remove the containers that it leaves: `python -I -S sweep.py`.

The first line of standard input says where to import from and which label the containers bear. A program that ends in
order says so in a second line; one that was killed does not.
"""

import contextlib
import json
import sys
import time
from typing import Any

# The engine may still be making a container that the program had asked for.
PAUSES = (0, 0.3, 1, 2, 4)


def main() -> None:
    """Wait, and remove what is left."""
    order = json.loads(sys.stdin.buffer.readline())
    if sys.stdin.buffer.readline():
        return
    sys.path[:] = order["path"]
    import docker

    for pause in PAUSES:
        time.sleep(pause)
        with contextlib.suppress(docker.errors.DockerException, OSError):  # it may be starting again
            sweep(docker.from_env().api, order["label"])


def sweep(engine: Any, label: str) -> None:
    """Remove the containers with a label, in whatever state they are."""
    for container in engine.containers(all=True, filters={"label": label}):
        engine.remove_container(container["Id"], force=True, v=True)


if __name__ == "__main__":
    main()
