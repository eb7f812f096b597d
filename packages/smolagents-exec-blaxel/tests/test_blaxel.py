"""What is Blaxel's own: its credentials, its arguments, its page."""

from pathlib import Path

import pytest
from smolagents.errors import SandboxError
from smolagents_exec_blaxel import BlaxelExecutor
from smolagents_testing import FakeBlaxelServer, FakeOpenAIServer
from smolagents_testing.readme import check_readme


def test_the_readme_runs(server: FakeBlaxelServer, openai_server: FakeOpenAIServer) -> None:
    check_readme(Path(__file__).parent.parent / "README.md", openai_server)
    assert server.sandboxes == {}


def test_wrong_key_is_not_shown(server: FakeBlaxelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = "bl_wrong_9876543210"
    monkeypatch.setenv("BL_API_KEY", wrong)
    with server.as_blaxel(), pytest.raises(SandboxError, match="BL_API_KEY") as caught:
        BlaxelExecutor()
    assert wrong not in str(caught.value)


def test_a_sandbox_that_is_there_already_is_used_and_kept(server: FakeBlaxelServer) -> None:
    with BlaxelExecutor(sandbox_name="shared") as first:
        first("open('note.txt', 'w').write('hello')")
        with BlaxelExecutor(sandbox_name="shared") as second:
            assert second("open('note.txt').read()").output == "hello"
        assert set(server.sandboxes) == {"shared"}
        assert first("1 + 1").output == 2


def test_arguments_go_to_the_sdk(server: FakeBlaxelServer) -> None:
    with BlaxelExecutor([], None, image="mine/python", memory=512, ttl="1h", region="eu-lon-1") as executor:
        assert executor("1 + 1").output == 2
    (created,) = server.created
    runtime = created["spec"]["runtime"]  # type: ignore[index]
    assert (runtime["image"], runtime["memory"], runtime["ttl"]) == ("mine/python", 512, "1h")
    assert created["spec"]["region"] == "eu-lon-1"  # type: ignore[index]
