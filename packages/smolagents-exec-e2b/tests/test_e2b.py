"""What is E2B's own: its credentials, its arguments, its page."""

from pathlib import Path

import pytest
from smolagents.errors import SandboxError
from smolagents_exec_e2b import E2BExecutor
from smolagents_testing import FakeE2BServer, FakeOpenAIServer
from smolagents_testing.readme import check_readme


def test_the_readme_runs(server: FakeE2BServer, openai_server: FakeOpenAIServer) -> None:
    check_readme(Path(__file__).parent.parent / "README.md", openai_server)
    assert server.sandboxes == {}


def test_wrong_key_is_not_shown(server: FakeE2BServer, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = "e2b_" + "f" * 40
    monkeypatch.setenv("E2B_API_KEY", wrong)
    with pytest.raises(SandboxError, match="E2B_API_KEY") as caught:
        E2BExecutor()
    assert wrong not in str(caught.value)


def test_missing_key_is_named(server: FakeE2BServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("E2B_API_KEY")
    with pytest.raises(SandboxError, match="set the environment variable E2B_API_KEY"):
        E2BExecutor()
    assert E2BExecutor.diagnose()["key"].startswith("missing: set E2B_API_KEY")
    with E2BExecutor(api_key=server.api_key) as executor:
        assert executor("1 + 1").output == 2


def test_arguments_go_to_the_sdk(server: FakeE2BServer) -> None:
    with E2BExecutor([], None, template="mine", timeout=77, envs={"PLACE": "there"}) as executor:
        assert executor("import os\nos.environ['PLACE']").output == "there"
    (created,) = server.created
    assert (created["templateID"], created["timeout"]) == ("mine", 77)
    with pytest.raises(TypeError, match=r"does not take these arguments.*colour"):
        E2BExecutor(colour="red")
