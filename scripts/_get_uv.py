"""Print the path of the workspace's own uv, installed on first use into the ignored .cache/ with whatever pip there is.

Debian's python3 may come without pip and ensurepip; then pip itself is fetched from the package index (a wheel runs
as it is). Nothing outside the repository changes.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urljoin

VERSION = "0.13.8"
FOLDER = Path(__file__).resolve().parent.parent / ".cache" / f"uv-{VERSION}"


def fetch_pip(folder: Path) -> str:
    """Download pip's newest wheel and return the path under which Python runs it."""
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    request = urllib.request.Request(index, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=60) as response:
        page = response.read().decode()
    links = re.findall(r'href="([^"]*/pip-([0-9.]+)-py3-none-any\.whl)#sha256=([0-9a-f]{64})"', page)
    link, version, checksum = max(links, key=lambda link: [int(number) for number in link[1].split(".")])
    with urllib.request.urlopen(urljoin(index, link), timeout=60) as response:
        content = response.read()
    if hashlib.sha256(content).hexdigest() != checksum:
        raise OSError(f"pip {version} from {index} does not have the hash that the index names")
    wheel = folder / f"pip-{version}-py3-none-any.whl"
    wheel.write_bytes(content)
    return f"{wheel}/pip"


def install() -> None:
    """Install uv into its folder."""
    FOLDER.parent.mkdir(exist_ok=True)
    # Installed beside its place and moved there: an interrupted download leaves nothing that looks finished.
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as scratch:
        pip = ["-m", "pip"] if find_spec("pip") else [fetch_pip(Path(scratch))]
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--target", f"{scratch}/uv"]
        settings = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_ROOT_USER_ACTION": "ignore"}
        command = [sys.executable, *pip, "install", *options, f"uv=={VERSION}"]
        subprocess.run(command, check=True, env=os.environ | settings, stdout=sys.stderr)
        os.replace(f"{scratch}/uv", FOLDER)


def main() -> None:
    """Install uv unless it is there, and print where it is."""
    uv = FOLDER / "bin" / "uv"
    if not uv.exists():
        print(f"== bringing uv {VERSION} into {FOLDER.parent} (once)", file=sys.stderr)
        try:
            install()
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            sys.exit(
                f"error: uv could not be installed: {error}\n"
                f"Check that the package index can be reached, or install it by hand:\n"
                f"  {sys.executable} -m pip install --target {FOLDER} uv=={VERSION}"
            )
    print(uv)


if __name__ == "__main__":
    main()
