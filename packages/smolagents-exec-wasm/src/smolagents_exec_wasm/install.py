"""Get Pyodide's files from an npm registry, once."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import urllib.request
from pathlib import Path

from smolagents.errors import SandboxError

from smolagents_exec_wasm.files import NEEDED, PYODIDE_VERSION, cache_directory

PUBLIC_REGISTRY = "https://registry.npmjs.org"
# What the npm registry says of this version; nothing else is unpacked, wherever it came from.
INTEGRITY = "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
SECONDS = 120


def registry() -> str:
    """Return the address of the npm registry that the environment or npm's configuration names."""
    for variable in ("NPM_CONFIG_REGISTRY", "npm_config_registry"):
        if os.environ.get(variable):
            return os.environ[variable]
    npm = shutil.which("npm")
    if npm is not None:
        asked = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True)
        if asked.returncode == 0 and asked.stdout.strip().startswith("http"):
            return asked.stdout.strip()
    return PUBLIC_REGISTRY


def install(tarball: Path | None = None, to: Path | None = None) -> Path:
    """Put Pyodide's files where executors find them, and return the directory.

    Args:
        tarball: The npm package as a file; by default it is downloaded.
        to: The directory; by default the one in the user's cache.

    Raises:
        SandboxError: The package can't be had, or it is not the one that it should be.
    """
    directory = to or cache_directory() / f"pyodide-{PYODIDE_VERSION}"
    data = tarball.read_bytes() if tarball is not None else _download()
    found = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode("ascii")
    if found != INTEGRITY:
        raise SandboxError(f"That is not pyodide {PYODIDE_VERSION}: its hash is {found}, and not {INTEGRITY}.")
    directory.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=directory.parent) as temporary,
        tarfile.open(fileobj=io.BytesIO(data)) as archive,
    ):
        files = [archive.getmember(f"package/{name}") for name in (*NEEDED, "package.json")]
        archive.extractall(temporary, files, filter="data")
        shutil.rmtree(directory, ignore_errors=True)
        os.replace(Path(temporary, "package"), directory)
    return directory


def _download() -> bytes:
    address = f"{registry().rstrip('/')}/pyodide/-/pyodide-{PYODIDE_VERSION}.tgz"
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as response:
            return response.read()  # type: ignore[no-any-return]
    except OSError as error:
        raise SandboxError(
            f"Pyodide can't be downloaded from {address}: {error}. Set NPM_CONFIG_REGISTRY to a registry that can be "
            f"reached, or get the package elsewhere (npm pack pyodide@{PYODIDE_VERSION}) and pass it: --from FILE."
        ) from error
