import json
import subprocess
import sys

import pytest
from smolagents.parser_environment import parser_environment


def test_a_parser_finds_its_libraries_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_API_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@db")
    code = "import json, os, smolagents; print(json.dumps([smolagents.__file__, dict(os.environ)]))"
    done = subprocess.run([sys.executable, "-P", "-c", code], env=parser_environment(), capture_output=True, check=True)
    file, environment = json.loads(done.stdout)
    assert file == sys.modules["smolagents"].__file__
    assert "secret" not in str(environment)
