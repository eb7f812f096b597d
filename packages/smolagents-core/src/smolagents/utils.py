"""Helpers under the names that programs import from `smolagents.utils`."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any

from smolagents.errors import (
    AgentError,
    AgentExecutionError,
    AgentGenerationError,
    AgentMaxStepsError,
    AgentParsingError,
    AgentToolCallError,
    AgentToolExecutionError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Template

    from smolagents.models import RateLimiter, Retrying, encode_image_base64, make_image_url
    from smolagents.parsing import extract_code_from_text, parse_code_blobs
    from smolagents.tools.source import get_source
else:

    def __getattr__(name):
        if name in ("RateLimiter", "Retrying", "encode_image_base64", "make_image_url"):
            from smolagents import models as home
        elif name in ("extract_code_from_text", "parse_code_blobs"):
            from smolagents import parsing as home
        elif name == "get_source":
            from smolagents.tools import source as home
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(home, name)


__all__ = [
    "BASE_BUILTIN_MODULES",
    "MAX_LENGTH_TRUNCATE_CONTENT",
    "AgentError",
    "AgentExecutionError",
    "AgentGenerationError",
    "AgentMaxStepsError",
    "AgentParsingError",
    "AgentToolCallError",
    "AgentToolExecutionError",
    "RateLimiter",
    "Retrying",
    "create_agent_gradio_app_template",
    "encode_image_base64",
    "escape_code_brackets",
    "extract_code_from_text",
    "get_source",
    "is_valid_name",
    "make_image_url",
    "make_init_file",
    "make_json_serializable",
    "parse_code_blobs",
    "truncate_content",
]

# What the code of an action may import without being told so.
BASE_BUILTIN_MODULES = [
    "collections",
    "datetime",
    "itertools",
    "math",
    "queue",
    "random",
    "re",
    "stat",
    "statistics",
    "time",
    "unicodedata",
]

MAX_LENGTH_TRUNCATE_CONTENT = 20000

_STYLE = re.compile(
    r"/|/?(?:(?:bold|dim|italic|underline|not|on|red|green|blue|yellow|magenta|cyan|white|black|#[0-9a-fA-F]{6})(?:\s+|$))+"
)


def truncate_content(content: str, max_length: int = MAX_LENGTH_TRUNCATE_CONTENT) -> str:
    """Return the text, without its middle if it is longer than `max_length` characters."""
    if len(content) <= max_length:
        return content
    head = max_length // 2
    tail = max_length - head
    note = f"[... truncated to stay below {max_length} characters: {len(content) - max_length} left out here ...]"
    return f"{content[:head]}\n{note}\n{content[-tail:] if tail else ''}"


def is_valid_name(name: Any) -> bool:
    """Tell whether something can name a tool or an agent: an identifier that is no keyword."""
    return isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)


def make_init_file(folder: str | Path) -> None:
    """Make a folder a Python package."""
    from pathlib import Path  # every sandboxed worker imports this module, and does without

    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    (path / "__init__.py").touch()


def make_json_serializable(obj: Any) -> Any:
    """Return plain data that stands for any object.

    Text that holds a JSON object or array becomes that object, tuples become lists, and other objects a dict of their
    attributes with the class name under `_type`.
    """
    if obj is None or isinstance(obj, bool | int | float):
        return obj
    if isinstance(obj, str):
        return _json_in(obj)
    if isinstance(obj, list | tuple):
        return [make_json_serializable(item) for item in obj]
    if isinstance(obj, dict):
        return {str(key): make_json_serializable(value) for key, value in obj.items()}
    if hasattr(obj, "__dict__"):
        return {"_type": type(obj).__name__, **make_json_serializable(vars(obj))}
    return str(obj)


def _json_in(text: str) -> Any:
    if (text[:1], text[-1:]) not in (("{", "}"), ("[", "]")):
        return text
    import json

    try:
        return make_json_serializable(json.loads(text))
    except (ValueError, RecursionError):
        return text


def escape_code_brackets(text: str) -> str:
    """Escape the square brackets of code for `rich`, and leave its styling tags alone."""
    return re.sub(r"\[([^\[\]]*)\]", lambda match: match[0] if _STYLE.fullmatch(match[1]) else f"\\{match[0]}", text)


def create_agent_gradio_app_template() -> Template:
    """Return the Jinja template of the `app.py` that is saved with an agent.

    Its variables: `agent_name`, `class_name`, `agent_dict` (what `to_dict()` returns), `tools` and `managed_agents`
    (dicts by name), and `managed_agent_relative_path` (a dotted prefix for the imports of a managed agent).
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["repr"] = repr
    environment.tests["name"] = is_valid_name
    environment.filters["camelcase"] = lambda name: "".join(part.capitalize() for part in name.split("_"))
    return environment.from_string(_APP)


_APP = """\
import os

import yaml

from smolagents import {{ class_name }}, {{ agent_dict["model"]["class"] }}\
{{ ", REMOVE_PARAMETER" if "REMOVE_PARAMETER" in agent_dict["model"]["data"] | repr else "" }}
{% for tool in tools.values() %}
from {{ managed_agent_relative_path }}tools.{{ tool.name }} import {{ tool.__class__.__name__ }} as \
{{ tool.name | camelcase }}
{% endfor %}
{% for agent in managed_agents.values() %}
from {{ managed_agent_relative_path }}managed_agents.{{ agent.name }}.app import agent_{{ agent.name }}
{% endfor %}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "prompts.yaml"), encoding="utf-8") as prompts:
    prompt_templates = yaml.safe_load(prompts)

model = {{ agent_dict["model"]["class"] }}(
{% for key, value in agent_dict["model"]["data"].items() %}
{% if key is name %}
    {{ key }}={{ value | repr }},
{% else %}
    **{ {{- key | repr }}: {{ value | repr -}} },
{% endif %}
{% endfor %}
)

{{ agent_name }} = {{ class_name }}(
    model=model,
    tools=[{% for name in tools %}{{ name | camelcase }}(){{ "" if loop.last else ", " }}{% endfor %}],
    managed_agents=[{% for name in managed_agents %}agent_{{ name }}{{ "" if loop.last else ", " }}{% endfor %}],
    prompt_templates=prompt_templates,
{% for key, value in agent_dict.items() %}
{% if key == "authorized_imports" %}
    additional_authorized_imports={{ value | repr }},
{% elif key not in ["class", "model", "tools", "managed_agents", "prompt_templates", "requirements"] %}
    {{ key }}={{ value | repr }},
{% endif %}
{% endfor %}
)

if __name__ == "__main__":
    from smolagents import GradioUI

    GradioUI({{ agent_name }}).launch()
"""
