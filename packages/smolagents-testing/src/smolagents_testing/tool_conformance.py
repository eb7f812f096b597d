"""The conformance kit for tools: subclass it, say how to make and call one, and pytest tells when you are done.

class TestShout(ToolConformance):
    call_arguments = {"text": "hello"}

    def make_tool(self):
        return Shout()
"""

from __future__ import annotations

import ast
import inspect
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
from smolagents import ActionStep, CodeAgent, Tool, ToolCallingAgent, validate_tool_arguments
from smolagents.concurrency import wait_for
from smolagents.messages import ChatMessage, text_of
from smolagents.models import get_tool_json_schema
from smolagents.tools.json_schema import without_references
from smolagents.tools.naming import AUTHORIZED_TYPES, is_valid_name
from smolagents.tools.saved_arguments import saved_arguments
from smolagents.tools.schema import json_type

from smolagents_testing.output_schemas import misfits
from smolagents_testing.scripted import ScriptedModel, code, tool_call

THREADS = 16
SCHEMA_TYPES = {"string", "boolean", "integer", "number", "array", "object", "null"}


class ToolConformance:
    """Check a tool against what agents, models and saving rely on.

    Attributes:
        call_arguments: Arguments, JSON values, of a call that works wherever the tests run, any number of times.
        saveable: Whether the tool can be saved as code; False where its constructor needs an object or a credential.
    """

    call_arguments: ClassVar[dict[str, Any]] = {}
    saveable: ClassVar[bool] = True

    def make_tool(self) -> Tool:
        """Return a new tool."""
        raise NotImplementedError(f"{type(self).__name__} must define make_tool().")

    @pytest.fixture
    def tool(self) -> Tool:
        """Return a tool that has not been called yet."""
        return self.make_tool()

    def test_defines_itself(self, tool: Tool) -> None:
        """Name, description, inputs and output type are there, and say something."""
        assert isinstance(tool, Tool), f"make_tool() returned a {type(tool).__name__}, not a Tool"
        assert is_valid_name(tool.name)
        assert len(tool.description.split()) >= 3, f"the description says too little: {tool.description!r}"
        assert tool.output_type in AUTHORIZED_TYPES
        for name, schema in tool.inputs.items():
            assert schema["description"].strip(), f"input {name!r} has an empty description"

    def test_describes_itself_to_models(self, tool: Tool) -> None:
        """The JSON schema is plain JSON, and the code prompt is the head of a Python function."""
        schema = get_tool_json_schema(tool)
        assert json.loads(json.dumps(schema)) == schema
        parameters = schema["function"]["parameters"]
        assert set(parameters["properties"]) == set(tool.inputs)
        for name, parameter in parameters["properties"].items():
            kinds = parameter["type"] if isinstance(parameter["type"], list) else [parameter["type"]]
            assert set(kinds) <= SCHEMA_TYPES, f"input {name!r} has the types {kinds}"
        (function,) = ast.parse(tool.to_code_prompt()).body
        assert isinstance(function, ast.FunctionDef)
        assert function.name == tool.name
        assert [argument.arg for argument in function.args.args] == list(tool.inputs)
        assert tool.name in tool.to_tool_calling_prompt()

    def test_accepts_its_arguments(self, tool: Tool) -> None:
        """The arguments of the call fit the inputs; unknown ones and missing ones are refused."""
        assert json.loads(json.dumps(self.call_arguments)) == self.call_arguments, "call_arguments must be JSON values"
        validate_tool_arguments(tool, self.call_arguments)
        with pytest.raises(ValueError, match="no_such_input"):
            validate_tool_arguments(tool, {**self.call_arguments, "no_such_input": 1})
        for name, schema in tool.inputs.items():
            if not schema.get("nullable"):
                rest = {key: value for key, value in self.call_arguments.items() if key != name}
                with pytest.raises(ValueError, match=f"Argument {name} is required"):
                    validate_tool_arguments(tool, rest)

    def test_returns_what_it_declares(self, tool: Tool) -> None:
        """A call, by name or with one dictionary, returns a value of the output type, which fits `output_schema`."""
        self._check(tool, self._call(tool, **self.call_arguments))
        if self.call_arguments:
            self._check(tool, self._call(tool, dict(self.call_arguments)))

    def test_hands_over_agent_types(self, tool: Tool) -> None:
        """The way a ToolCallingAgent calls it, text, images and audio come as agent types."""
        result = self._call(tool, sanitize_inputs_outputs=True, **self.call_arguments)
        wrappers = {"string": "AgentText", "image": "AgentImage", "audio": "AgentAudio"}
        if tool.output_type in wrappers:
            # By name: asking for AgentImage needs Pillow.
            assert type(result).__name__ == wrappers[tool.output_type]

    def test_sets_up_at_the_first_call(self, tool: Tool) -> None:
        """Whatever is expensive is left to `setup`, which the first call runs."""
        self._call(tool, **self.call_arguments)
        assert tool.is_initialized, "the constructor must call super().__init__()"

    def test_serves_many_threads(self, tool: Tool) -> None:
        """Calls at the same time, the first ones of this tool, don't disturb each other."""
        if tool.sequential:
            pytest.skip("sequential = True: agents never call it at the same time")
        barrier = threading.Barrier(THREADS)

        def call(_: int) -> Any:
            barrier.wait()
            return self._call(tool, **self.call_arguments)

        with ThreadPoolExecutor(THREADS) as pool:
            for result in pool.map(call, range(THREADS)):
                self._check(tool, result)

    def test_survives_saving(self, tool: Tool) -> None:
        """The saved code makes the same tool, with the same arguments, or saving says why it can't."""
        if not self.saveable:
            with pytest.raises(ValueError):
                tool.to_dict()
            return
        saved = json.loads(json.dumps(tool.to_dict()))
        loaded = Tool.from_dict(saved)
        for attribute in ("name", "description", "inputs", "output_type", "output_schema", "is_async", "sequential"):
            assert getattr(loaded, attribute) == getattr(tool, attribute)
        for name in saved_arguments(tool).plain:
            expected = getattr(tool, name, None)
            assert getattr(loaded, name, None) == expected, f"the loaded tool was not made with {name}={expected!r}"
        self._check(loaded, self._call(loaded, **self.call_arguments))
        assert loaded.to_dict() == saved, "the loaded tool saves as different code"

    def test_is_called_by_a_code_agent(self, tool: Tool) -> None:
        """A model that writes code can call it."""
        model = ScriptedModel([code(f"final_answer({tool.name}(**{self.call_arguments!r}))")])
        agent = CodeAgent(tools=[tool], model=model, verbosity_level=-1)
        self._check(tool, agent.run("Call the tool."))
        system_prompt = model.calls[0].messages[0]
        assert isinstance(system_prompt, ChatMessage)
        assert tool.to_code_prompt() in text_of(system_prompt)

    def test_is_called_by_a_tool_calling_agent(self, tool: Tool) -> None:
        """A model that writes tool calls can call it."""
        model = ScriptedModel([tool_call(tool.name, **self.call_arguments), tool_call("final_answer", answer="done")])
        agent = ToolCallingAgent(tools=[tool], model=model, verbosity_level=-1)
        assert agent.run("Call the tool.") == "done"
        errors = [step.error for step in agent.memory.steps if isinstance(step, ActionStep) and step.error]
        assert not errors, f"the call failed: {errors[0]}"

    def _call(self, tool: Tool, *args: Any, **kwargs: Any) -> Any:
        result = tool(*args, **kwargs)
        assert inspect.isawaitable(result) == tool.is_async
        return wait_for(result) if tool.is_async else result

    def _check(self, tool: Tool, result: Any) -> None:
        kind, wanted = json_type(result), tool.output_type
        assert wanted in ("any", kind) or (wanted == "number" and kind == "integer"), (
            f"output_type is {wanted!r}, and the call returned a {kind}: {str(result)[:200]}"
        )
        if tool.output_schema is not None:
            problems = list(misfits(result, without_references(tool.output_schema)))
            assert not problems, f"the call breaks output_schema: {'; '.join(problems)}"
