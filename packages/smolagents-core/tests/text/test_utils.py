"""The helpers that programs import from `smolagents.utils`."""

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from smolagents import utils
from smolagents.errors import AgentExecutionError
from smolagents.monitoring import AgentLogger, LogLevel


def test_truncated_content_keeps_both_ends() -> None:
    text = "a" * 60 + "b" * 60
    assert utils.truncate_content(text, 120) == text
    short = utils.truncate_content(text, 10)
    assert short.startswith("aaaaa\n")
    assert short.endswith("\nbbbbb")
    assert "truncated to stay below 10 characters: 110 left out" in short
    assert utils.truncate_content("x" * 20_001) != "x" * 20_001
    assert utils.truncate_content("x" * 20_000) == "x" * 20_000
    assert utils.truncate_content("abc", 1).endswith("c")


@pytest.mark.parametrize(
    ("name", "valid"), [("tool_1", True), ("a b", False), ("class", False), ("", False), (3, False)]
)
def test_names(name: Any, valid: bool) -> None:
    assert utils.is_valid_name(name) is valid


def test_make_init_file(tmp_path: Path) -> None:
    utils.make_init_file(tmp_path / "a" / "b")
    utils.make_init_file(str(tmp_path / "a" / "b"))
    assert (tmp_path / "a" / "b" / "__init__.py").read_text() == ""


def test_make_json_serializable() -> None:
    class Thing:
        def __init__(self) -> None:
            self.size = (1, 2.5)

    data = {
        1: None,
        "text": "plain",
        "json": '{"a": [1, true]}',
        "list": "[1]",
        "broken": "{a}",
        "thing": Thing(),
        "s": {3},
    }
    assert utils.make_json_serializable(data) == {
        "1": None,
        "text": "plain",
        "json": {"a": [1, True]},
        "list": [1],
        "broken": "{a}",
        "thing": {"_type": "Thing", "size": [1, 2.5]},
        "s": "{3}",
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("items[0] and d['k'][i]", "items[0] and d['k'][i]"),
        ("[bold red]styled[/bold red] x[bold_move]", "styled x[bold_move]"),
        ("[#d4b702]yellow[/]", "yellow"),
        ("[[1, 2], [3]]", "[[1, 2], [3]]"),
    ],
)
def test_escaped_brackets_are_printed_as_they_are(text: str, shown: str) -> None:
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        console.print(utils.escape_code_brackets(text), highlight=False)
    assert capture.get() == f"{shown}\n"


def test_errors_are_here_and_print_when_they_are_given_a_logger() -> None:
    assert utils.AgentExecutionError is AgentExecutionError
    logger = AgentLogger(LogLevel.ERROR)
    with logger.console.capture() as capture:
        error = utils.AgentExecutionError("it broke at x[0]", logger)
    assert capture.get() == "it broke at x[0]\n"
    assert error.dict() == {"type": "AgentExecutionError", "message": "it broke at x[0]"}


def test_the_app_template_renders_a_program() -> None:
    class GetWeather:
        name = "get_weather"

    agent_dict = {
        "class": "CodeAgent",
        "model": {"class": "OpenAIModel", "data": {"model_id": "gpt-x", "temperature": 0.5}},
        "tools": ["get_weather"],
        "managed_agents": {"bob": "CodeAgent"},
        "prompt_templates": {"system_prompt": "x"},
        "requirements": ["smolagents"],
        "authorized_imports": ["numpy"],
        "max_steps": 10,
        "name": None,
    }
    source = utils.create_agent_gradio_app_template().render(
        agent_name="agent_boss",
        class_name="CodeAgent",
        agent_dict=agent_dict,
        tools={"get_weather": GetWeather()},
        managed_agents={"bob": SimpleNamespace(name="bob")},
        managed_agent_relative_path="managed_agents.boss.",
    )
    ast.parse(source)
    for line in (
        "from smolagents import CodeAgent, OpenAIModel",
        "from managed_agents.boss.tools.get_weather import GetWeather as GetWeather",
        "from managed_agents.boss.managed_agents.bob.app import agent_bob",
        "    temperature=0.5,",
        "agent_boss = CodeAgent(",
        "    tools=[GetWeather()],",
        "    managed_agents=[agent_bob],",
        "    additional_authorized_imports=['numpy'],",
        "    max_steps=10,",
        "    GradioUI(agent_boss).launch()",
    ):
        assert line in source.splitlines()
    assert "class=" not in source


def test_names_of_the_models_module_are_here_too() -> None:
    from smolagents import models

    for name in ("RateLimiter", "Retrying", "encode_image_base64", "make_image_url"):
        assert getattr(utils, name) is getattr(models, name)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        utils.nothing
