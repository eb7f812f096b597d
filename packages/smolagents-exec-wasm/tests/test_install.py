"""Pyodide comes from the npm registry that the environment names, and is what it should be."""

import base64
import hashlib
import io
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from smolagents.errors import SandboxError
from smolagents_exec_wasm import install
from smolagents_exec_wasm.files import NEEDED, PYODIDE_VERSION, find_pyodide


def make_tarball() -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name in (*NEEDED, "package.json", "README.md"):
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(name)
            archive.addfile(entry, io.BytesIO(name.encode()))
    return data.getvalue()


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """Return what a registry on loopback serves by path; the environment names it."""
    served: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in served else 404)
            self.end_headers()
            self.wfile.write(served.get(self.path, b""))

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"http://127.0.0.1:{server.server_port}/npm/")
        yield served
        server.shutdown()
        thread.join()


def test_downloads_what_executors_find(
    registry: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tarball = make_tarball()
    registry[f"/npm/pyodide/-/pyodide-{PYODIDE_VERSION}.tgz"] = tarball
    digest = base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    monkeypatch.setattr(install, "INTEGRITY", f"sha512-{digest}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("SMOLAGENTS_PYODIDE", raising=False)
    directory = install.install()
    assert find_pyodide(None) == directory
    assert sorted(path.name for path in directory.iterdir()) == sorted([*NEEDED, "package.json"])
    (directory / "pyodide.mjs").unlink()
    assert install.install() == directory == find_pyodide(None)


def test_what_is_not_pyodide_is_not_unpacked(registry: dict[str, bytes], tmp_path: Path) -> None:
    registry[f"/npm/pyodide/-/pyodide-{PYODIDE_VERSION}.tgz"] = make_tarball()
    with pytest.raises(SandboxError, match="its hash is sha512"):
        install.install(to=tmp_path / "pyodide")
    assert not (tmp_path / "pyodide").exists()


def test_a_failed_download_says_what_to_do(registry: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"404.*NPM_CONFIG_REGISTRY.*--from"):
        install.install(to=tmp_path / "pyodide")


def test_the_command_refuses_a_wrong_file(tmp_path: Path) -> None:
    (tmp_path / "wrong.tgz").write_bytes(make_tarball())
    command = [sys.executable, "-m", "smolagents_exec_wasm", "install", "--from", str(tmp_path / "wrong.tgz")]
    done = subprocess.run([*command, "--to", str(tmp_path / "to")], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: That is not pyodide {PYODIDE_VERSION}")
