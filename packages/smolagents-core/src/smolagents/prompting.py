"""The prompts of the agents: their templates, where they come from, and how they are filled in."""

from __future__ import annotations

from copy import deepcopy
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_PROMPTS = Path(__file__).parent / "prompts"


class PlanningPromptTemplate(TypedDict):
    """Hold the templates for planning.

    Args:
        initial_plan: Asks for the first plan.
        update_plan_pre_messages: Stands before the run so far when a new plan is asked for.
        update_plan_post_messages: Stands after it.
    """

    initial_plan: str
    update_plan_pre_messages: str
    update_plan_post_messages: str


class ManagedAgentPromptTemplate(TypedDict):
    """Hold the templates for an agent that works for another one.

    Args:
        task: Wraps the task that it is given.
        report: Wraps the answer that it gives back.
    """

    task: str
    report: str


class FinalAnswerPromptTemplate(TypedDict):
    """Hold the templates that ask for an answer when the steps are used up.

    Args:
        pre_messages: Stands before the run so far.
        post_messages: Stands after it.
    """

    pre_messages: str
    post_messages: str


class PromptTemplates(TypedDict):
    """Hold all prompt templates of an agent, as Jinja source.

    Args:
        system_prompt: The system prompt.
        planning: Templates for planning.
        managed_agent: Templates for an agent that works for another one.
        final_answer: Templates for an answer when the steps are used up.
    """

    system_prompt: str
    planning: PlanningPromptTemplate
    managed_agent: ManagedAgentPromptTemplate
    final_answer: FinalAnswerPromptTemplate


EMPTY_PROMPT_TEMPLATES = PromptTemplates(
    system_prompt="",
    planning=PlanningPromptTemplate(initial_plan="", update_plan_pre_messages="", update_plan_post_messages=""),
    managed_agent=ManagedAgentPromptTemplate(task="", report=""),
    final_answer=FinalAnswerPromptTemplate(pre_messages="", post_messages=""),
)


def load_prompt_templates(name: str) -> PromptTemplates:
    """Return the templates of an agent of ours, as a copy that the caller may change.

    Args:
        name: `code_agent`, `structured_code_agent` or `toolcalling_agent`.
    """
    return deepcopy(_parsed(name))


@cache
def _parsed(name: str) -> PromptTemplates:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (_PROMPTS / f"{name}.yaml").read_text(encoding="utf-8")
    return cast(PromptTemplates, yaml.load(text, Loader=loader))


def populate_template(template: str, variables: dict[str, Any]) -> str:
    """Fill in a Jinja template.

    Args:
        template: The template's source.
        variables: What its names stand for; a name that is missing here is an error.

    Raises:
        Exception: The template can't be compiled or rendered; the message says why.
    """
    try:
        return _compiled(template).render(variables)
    except Exception as error:
        raise Exception(f"Error during jinja template rendering: {type(error).__name__}: {error}") from error


@lru_cache(maxsize=256)
def _compiled(template: str) -> Template:
    return _environment().from_string(template)


@cache
def _environment() -> Environment:
    # Prompts are data that people share, so what they may reach is limited.
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    class PromptEnvironment(SandboxedEnvironment):
        def is_safe_callable(self, obj: object) -> bool:
            # A mock of a tool answers every question with something that counts as true.
            return not any(getattr(obj, mark, False) is True for mark in ("unsafe_callable", "alters_data"))

    return PromptEnvironment(undefined=StrictUndefined)
