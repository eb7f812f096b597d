import copy
import json
import pickle
from types import SimpleNamespace
from typing import Any

import pytest
from smolagents.messages import ChatMessage, MessageRole
from smolagents.models import CODEAGENT_RESPONSE_FORMAT, REMOVE_PARAMETER, Model

HELLO = [ChatMessage(MessageRole.USER, "Hello")]
TOOL = SimpleNamespace(name="t", description="Does it.", inputs={})


def parameters(model: Model, **kwargs: Any) -> dict[str, Any]:
    prepared = model._prepare_completion_kwargs(HELLO, **kwargs)
    assert prepared.pop("messages") == [{"role": "user", "content": "Hello"}]
    return prepared


def test_the_models_parameters_win_over_the_calls() -> None:
    model = Model(temperature=0.1, stop=["mine"])
    assert parameters(model, stop_sequences=["x"], temperature=0.9, top_p=0.5) == {
        "temperature": 0.1,
        "stop": ["mine"],
        "top_p": 0.5,
    }


def test_the_calls_parameters_win_over_the_arguments() -> None:
    prepared = parameters(Model(), stop_sequences=["x"], response_format={"type": "text"}, stop=["y"])
    assert prepared == {"stop": ["y"], "response_format": {"type": "text"}}


def test_removed_parameters_are_not_sent() -> None:
    assert parameters(Model(stop=REMOVE_PARAMETER), stop_sequences=["x"], seed=1) == {"seed": 1}
    assert parameters(Model(seed=1), seed=REMOVE_PARAMETER, top_p=REMOVE_PARAMETER) == {"seed": 1}
    assert parameters(Model(temperature=None)) == {"temperature": None}


def test_stop_is_left_out_where_the_api_has_none() -> None:
    assert parameters(Model(model_id="o3"), stop_sequences=["x"]) == {}
    assert parameters(Model(model_id="o1"), stop_sequences=["x"]) == {"stop": ["x"]}


def test_tools_are_required_unless_told_otherwise() -> None:
    assert parameters(Model(), tools_to_call_from=[TOOL])["tool_choice"] == "required"
    assert parameters(Model(tool_choice="auto"), tools_to_call_from=[TOOL])["tool_choice"] == "auto"
    assert parameters(Model(), tools_to_call_from=[TOOL], tool_choice="auto")["tool_choice"] == "auto"
    for prepared in (
        parameters(Model(), tools_to_call_from=[TOOL], tool_choice=None),
        parameters(Model(tool_choice=None), tools_to_call_from=[TOOL]),
        parameters(Model(tool_choice=REMOVE_PARAMETER), tools_to_call_from=[TOOL]),
    ):
        assert list(prepared) == ["tools"]


def test_tool_choice_is_left_out_without_tools() -> None:
    assert parameters(Model(tool_choice="auto")) == {}
    assert parameters(Model(), tools_to_call_from=[]) == {}


def test_a_subclass_may_leave_our_constructor_out() -> None:
    class Own(Model):
        def __init__(self) -> None:
            self.model_id = "own"

        def generate(self, messages: Any, **kwargs: Any) -> ChatMessage:  # type: ignore[override]
            return ChatMessage(MessageRole.ASSISTANT, json.dumps(self._prepare_completion_kwargs(messages)))

    model = Own()
    assert json.loads(str(model(HELLO).content)) == {"messages": [{"role": "user", "content": "Hello"}]}
    assert Own.from_dict(model.to_dict()).model_id == "own"
    assert model.parse_tool_calls(ChatMessage(MessageRole.USER, '{"name": "f", "arguments": {}}')).tool_calls
    assert repr(model) == "Own(model_id='own')"


def test_a_subclass_may_compute_what_it_supports() -> None:
    class Seeing(Model):
        @property
        def supports_vision(self) -> bool:  # type: ignore[override]
            return "vision" in str(self.model_id)

    assert Model().supports_vision is True
    assert Model().supports_audio is False
    assert Seeing(model_id="x-vision").supports_vision is True
    assert Seeing(model_id="x").supports_vision is False


def test_a_model_without_generate_says_what_to_define() -> None:
    class Empty(Model):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty must define generate\("):
        Empty().generate(HELLO)


def test_parsing_decodes_native_calls() -> None:
    calls = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}]
    message = Model().parse_tool_calls(ChatMessage(MessageRole.USER, None, tool_calls=calls))  # type: ignore[arg-type]
    assert message.role is MessageRole.ASSISTANT
    assert message.tool_calls is not None
    assert message.tool_calls[0].function.arguments == {"a": 1}


@pytest.mark.parametrize("content", ["", [], None])
def test_parsing_needs_content(content: Any) -> None:
    with pytest.raises(AssertionError, match="no content and no tool calls"):
        Model().parse_tool_calls(ChatMessage(MessageRole.ASSISTANT, content))


def test_parsing_reads_calls_from_text_with_the_models_keys() -> None:
    model = Model(tool_name_key="tool", tool_arguments_key="input")
    content = [{"type": "text", "text": 'Call {"tool": "f", "input": "{\\"a\\": 1}"}'}]
    first, second = (model.parse_tool_calls(ChatMessage(MessageRole.ASSISTANT, content)) for _ in range(2))
    assert first.tool_calls is not None
    assert (first.tool_calls[0].function.name, first.tool_calls[0].function.arguments) == ("f", {"a": 1})
    assert first.tool_calls == second.tool_calls, "the same text gets the same ids"
    with pytest.raises(ValueError):
        model.parse_tool_calls(ChatMessage(MessageRole.ASSISTANT, "No call."))


def test_saving_keeps_the_configuration_and_no_credentials() -> None:
    model = Model(
        model_id="m",
        flatten_messages_as_text=True,
        tool_name_key="tool",
        temperature=0.5,
        max_tokens=10,
        stop=REMOVE_PARAMETER,
        extra_headers={"X-Team": "a", "Authorization": "Bearer sk-1", "api-key": "sk-2"},
        extra_body={"nested": [{"drop": REMOVE_PARAMETER}]},
        token="sk-3",
        api_key="sk-4",
        aws_secret_access_key="sk-5",
        azure_ad_token="sk-7",
        client_kwargs={"cookies": "sk-8", "private_key": "sk-9"},
        endpoint="https://user:sk-6@example.com/v1",
    )
    data = json.loads(json.dumps(model.to_dict()))
    assert "sk-" not in json.dumps(data)
    assert data["extra_headers"] == {"X-Team": "a"}
    assert data["endpoint"] == "https://example.com/v1"
    assert data["max_tokens"] == 10
    again = Model.from_dict(data)
    assert again.to_dict() == data
    assert again.kwargs["stop"] is REMOVE_PARAMETER
    assert again.kwargs["extra_body"]["nested"][0]["drop"] is REMOVE_PARAMETER
    assert (again.flatten_messages_as_text, again.tool_name_key, again.tool_arguments_key) == (
        True,
        "tool",
        "arguments",
    )


def test_saving_names_what_it_leaves_out() -> None:
    with pytest.warns(UserWarning, match="'callback': a function can't be saved"):
        assert Model(model_id="m", callback=lambda: None).to_dict() == {"model_id": "m"}


def test_saving_covers_the_arguments_of_own_classes() -> None:
    class Own(Model):
        def __init__(self, model_id: str, region: str = "eu", limits: Any = (1, 2), **kwargs: Any) -> None:
            super().__init__(model_id=model_id, **kwargs)
            self.region = region
            self.limits = limits

    assert Own("m").to_dict() == {"model_id": "m"}
    data = Own("m", region="us", limits=[3], tool_name_key="tool", seed=1).to_dict()
    assert data == {"model_id": "m", "region": "us", "limits": [3], "tool_name_key": "tool", "seed": 1}
    assert Own.from_dict(data).region == "us"


def test_remove_parameter_stays_itself() -> None:
    assert copy.deepcopy(REMOVE_PARAMETER) is REMOVE_PARAMETER
    assert pickle.loads(pickle.dumps(REMOVE_PARAMETER)) is REMOVE_PARAMETER
    assert repr(REMOVE_PARAMETER) == "REMOVE_PARAMETER"


def test_the_response_format_of_code_agents_is_a_strict_schema() -> None:
    schema = CODEAGENT_RESPONSE_FORMAT["json_schema"]
    assert (CODEAGENT_RESPONSE_FORMAT["type"], schema["name"], schema["strict"]) == (
        "json_schema",
        "ThoughtAndCodeAnswer",
        True,
    )
    assert schema["schema"]["required"] == ["thought", "code"]
    assert schema["schema"]["additionalProperties"] is False
