"""A prompt of a plugin that no agent could fill in costs the plugin, not the agents."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from smolagents import CodeAgent, ToolCallingAgent, plugins
from smolagents.agents.setup import default_templates
from smolagents.hooks import hookimpl
from smolagents.plugins import PluginWarning
from smolagents.prompting import load_prompt_templates
from smolagents_testing import ScriptedModel

NAMES = ["code_agent", "structured_code_agent", "toolcalling_agent"]


@pytest.fixture
def replace(request: pytest.FixtureRequest) -> Iterator[Callable[[Callable[..., Any]], None]]:
    """Let a plugin, `decorator` and the test's name, replace prompts for the length of a test."""
    added: list[Any] = []

    def register(hook: Callable[..., Any]) -> None:
        plugin = SimpleNamespace(prompt_templates=hookimpl(hook))
        plugins.register(plugin, f"decorator of {request.node.name}")  # the same warning comes only once
        added.append(plugin)

    yield register
    for plugin in added:
        plugins.unregister(plugin)


@pytest.mark.parametrize("name", NAMES)
def test_own_prompts_pass_the_check(replace: Callable[..., None], name: str) -> None:
    replace(lambda templates: templates)
    assert default_templates(name) == load_prompt_templates(name)


@pytest.mark.parametrize(
    ("replacement", "reason"),
    [
        ({"system_prompt": "{{ oops"}, "system_prompt: Error .* TemplateSyntaxError"),
        ({"system_prompt": "{{ oops.x.y }}"}, "system_prompt: Error .* 'oops' is undefined"),
        ({"system_prompt": "{{ task }}"}, "system_prompt: Error .* 'task' is undefined"),
        ({"system_prompt": "{% for tool in tools.values() %}{{ tool.nmae }}{% endfor %}"}, "no attribute 'nmae'"),
        ({"planning": {"update_plan_post_messages": "{{ x }}"}}, "planning.update_plan_post_messages: Error"),
        ({"managed_agent": {"report": "{{ x }}"}}, "managed_agent.report: Error"),
        ({"final_answer": {"post_messages": "{% if %}"}}, "final_answer.post_messages: Error"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_prompts_that_no_agent_could_fill_in_are_refused(
    replace: Callable[..., None], name: str, replacement: Any, reason: str
) -> None:
    replace(lambda: replacement)
    with pytest.warns(PluginWarning, match=f"(?s)decorator .* failed in hook prompt_templates .*{reason}"):
        assert default_templates(name) == load_prompt_templates(name)


def test_a_prompt_about_code_is_refused_for_an_agent_without_code(replace: Callable[..., None]) -> None:
    replace(lambda: {"system_prompt": "Import {{ authorized_imports }}."})
    assert CodeAgent(model=ScriptedModel([])).system_prompt.startswith("Import ['")
    with pytest.warns(PluginWarning, match="decorator .*'authorized_imports' is undefined"):
        agent = ToolCallingAgent(tools=[], model=ScriptedModel([]))
    assert "final_answer" in agent.system_prompt
