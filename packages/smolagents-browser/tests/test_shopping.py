"""The whole way through a shop, by a model that looks at screenshots: as a library, and as a command."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from smolagents import ActionStep
from smolagents_browser import Browser, initialize_agent
from smolagents_testing import FakeOpenAIServer, ScriptedModel
from smolagents_testing.shop_site import ShopSite
from smolagents_testing.shop_visitor import ANSWER, TASK, WAY, ShopVisitor
from smolagents_testing.waiting import PATIENCE_SECONDS


@pytest.mark.parametrize("executor_type", ["local", "process"])
def test_an_agent_finds_the_first_item_on_sale(browser: Browser, shop: ShopSite, executor_type: str) -> None:
    visitor = ShopVisitor(shop.url)
    agent = initialize_agent(
        ScriptedModel([visitor.answer_messages] * len(WAY)), browser, executor_type=executor_type, verbosity_level=-1
    )
    with agent:
        assert agent.run(TASK.format(url=shop.url)) == ANSWER
    assert visitor.seen == WAY
    pages = [path for path in shop.paths() if path != "/favicon.ico"]
    assert pages == ["/", "/", "/men", "/men/sale", "/item/linen-shirt"]
    steps = [step for step in agent.memory.steps if isinstance(step, ActionStep)]
    assert not [step.error for step in steps if step.error]
    assert [bool(step.observations_images) for step in steps] == [False] * (len(steps) - 1) + [True]
    assert "Only necessary cookies" in str(steps[1].observations)
    assert f"Current url: {shop.url}/item/linen-shirt" in str(steps[-1].observations)


def webagent(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "smolagents_browser", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, **options)


def model_arguments(server: FakeOpenAIServer) -> list[str]:
    return [
        "--model-type",
        "OpenAIModel",
        "--model-id",
        "gpt-4o",
        "--api-base",
        server.url,
        "--api-key",
        server.api_key,
    ]


def test_the_command_finds_it_as_well(
    shop: ShopSite, openai_server: FakeOpenAIServer, leftovers: Any, tmp_path: Path
) -> None:
    visitor = ShopVisitor(shop.url)
    openai_server.always(visitor.answer_request)
    done = webagent(
        TASK.format(url=shop.url), *model_arguments(openai_server), "--private-hosts", shop.host, "--json", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[-1]["type"] == "run_finished"
    assert events[-1]["output"] == ANSWER
    assert visitor.seen == WAY
    assert leftovers.wait() == []
    assert list(tmp_path.iterdir()) == []


def test_what_the_command_prints(shop: ShopSite, openai_server: FakeOpenAIServer, tmp_path: Path) -> None:
    visitor = ShopVisitor(shop.url)
    openai_server.always(visitor.answer_request)
    done = webagent(
        "x",
        *model_arguments(openai_server),
        f"--private-hosts={shop.host}",
        "--headless",
        "--executor=local",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    for text in ("Model: OpenAIModel gpt-4o", "Code runs in: local", "close_popups", ANSWER, "Done: 6 steps"):
        assert text in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
