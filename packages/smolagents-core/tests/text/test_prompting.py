"""The prompt templates hold what an agent needs, in an order that providers can cache."""

import importlib.resources
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from smolagents.prompting import EMPTY_PROMPT_TEMPLATES, load_prompt_templates, populate_template

NAMES = ["code_agent", "structured_code_agent", "toolcalling_agent"]


def tool(name: str) -> Any:
    return SimpleNamespace(
        name=name,
        description=f"Does {name} work.",
        to_code_prompt=lambda: f'def {name}(query: string) -> string:\n    """Does {name} work."""',
        to_tool_calling_prompt=lambda: f"{name}: Does {name} work.",
    )


def variables(**changes: Any) -> dict[str, Any]:
    return {
        "tools": {name: tool(name) for name in ("web_search", "final_answer")},
        "managed_agents": {},
        "custom_instructions": None,
        "authorized_imports": "math, re",
        "code_block_opening_tag": "<run>",
        "code_block_closing_tag": "</run>",
    } | changes


def leaves(templates: Any) -> Iterator[str]:
    for value in templates.values():
        if isinstance(value, dict):
            yield from leaves(value)
        else:
            yield value


@pytest.mark.parametrize("name", NAMES)
def test_every_file_holds_all_templates(name: str) -> None:
    text = importlib.resources.files("smolagents.prompts").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    templates = yaml.safe_load(text)
    assert templates == load_prompt_templates(name)
    assert templates.keys() == EMPTY_PROMPT_TEMPLATES.keys()
    for key in ("planning", "managed_agent", "final_answer"):
        assert templates[key].keys() == EMPTY_PROMPT_TEMPLATES[key].keys()  # type: ignore[literal-required]
    assert all(leaf.strip() for leaf in leaves(templates))


@pytest.mark.parametrize("name", NAMES)
def test_templates_need_exactly_the_documented_variables(name: str) -> None:
    from jinja2 import Environment, meta

    expected = {
        "system_prompt": {"tools", "managed_agents", "custom_instructions"},
        "initial_plan": {"task", "tools", "managed_agents"},
        "update_plan_pre_messages": {"task"},
        "update_plan_post_messages": {"task", "tools", "managed_agents", "remaining_steps"},
        "task": {"name", "task"},
        "report": {"name", "final_answer"},
        "pre_messages": set(),
        "post_messages": {"task"},
    }
    if "code" in name:
        expected["system_prompt"] |= {"authorized_imports"}
    if name == "code_agent":
        expected["system_prompt"] |= {"code_block_opening_tag", "code_block_closing_tag"}
    templates = load_prompt_templates(name)
    sections = [templates["planning"], templates["managed_agent"], templates["final_answer"]]
    flat = {"system_prompt": templates["system_prompt"]} | {k: v for section in sections for k, v in section.items()}
    found = {key: meta.find_undeclared_variables(Environment().parse(source)) for key, source in flat.items()}
    assert found == expected


def test_files_share_their_common_texts() -> None:
    code, structured, calling = (load_prompt_templates(name) for name in NAMES)
    assert code["planning"] == structured["planning"]
    assert code["managed_agent"] == structured["managed_agent"] == calling["managed_agent"]
    assert code["final_answer"] == structured["final_answer"] == calling["final_answer"]


@pytest.mark.parametrize("name", NAMES)
def test_what_differs_between_agents_comes_after_what_does_not(name: str) -> None:
    template = load_prompt_templates(name)["system_prompt"]
    one = populate_template(template, variables())
    other = populate_template(
        template,
        variables(tools={"other": tool("other")}, custom_instructions="Answer in Dutch.", authorized_imports="numpy"),
    )
    common = next(i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    assert one[:common].endswith(("def ", "- "))
    assert common > 0.8 * len(one)
    assert other.endswith("Answer in Dutch.")


@pytest.mark.parametrize("name", NAMES)
def test_the_system_prompt_shows_tools_and_team(name: str) -> None:
    team = {"librarian": SimpleNamespace(name="librarian", description="Knows books.")}
    prompt = populate_template(load_prompt_templates(name)["system_prompt"], variables(managed_agents=team))
    assert "Does web_search work." in prompt
    assert "librarian" in prompt
    assert "Knows books." in prompt
    if "code" in name:
        assert "def librarian(task: str, additional_args: dict[str, Any]) -> str:" in prompt
        assert "math, re" in prompt
    assert "Your team" not in populate_template(load_prompt_templates(name)["system_prompt"], variables())


def test_examples_use_the_configured_tags() -> None:
    prompt = populate_template(load_prompt_templates("code_agent")["system_prompt"], variables())
    assert prompt.count("<run>") == prompt.count("</run>") >= 3
    assert "<code>" not in prompt


def test_loaded_templates_are_the_callers_own() -> None:
    templates = load_prompt_templates("code_agent")
    templates["planning"]["initial_plan"] = "changed"
    assert load_prompt_templates("code_agent")["planning"]["initial_plan"] != "changed"


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(Exception, match=r"Error during jinja template rendering: .*'colour' is undefined"):
        populate_template("{{ colour }}", {})


def test_a_broken_template_is_reported_alike() -> None:
    with pytest.raises(Exception, match="Error during jinja template rendering: TemplateSyntaxError"):
        populate_template("{% if %}", {})


def test_templates_are_data_that_reach_no_python() -> None:
    with pytest.raises(Exception, match="Error during jinja template rendering: SecurityError"):
        populate_template("{{ name.__class__.__mro__[1].__subclasses__() }}", {"name": "x"})


@pytest.mark.parametrize("mark", ["unsafe_callable", "alters_data"])
def test_functions_that_say_that_they_are_unsafe_are_not_called(mark: str) -> None:
    def delete() -> str:
        raise AssertionError("called")

    setattr(delete, mark, True)
    with pytest.raises(Exception, match="Error during jinja template rendering: SecurityError"):
        populate_template("{{ delete() }}", {"delete": delete})
