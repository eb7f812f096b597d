"""What is Bedrock's own: how parameters and messages cross, credentials, regions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from smolagents import CodeAgent, Tool, ToolCallingAgent
from smolagents.models import REMOVE_PARAMETER, ReplayModel, resolve_model
from smolagents_models_bedrock import AmazonBedrockModel, AmazonBedrockServerModel
from smolagents_testing import FakeBedrockServer, code, tool_call
from smolagents_testing.bedrock_server import ACCESS_KEY_ID
from smolagents_testing.openai_server import Failure
from smolagents_testing.readme import check_readme, model_replies

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def server() -> Iterator[FakeBedrockServer]:
    with FakeBedrockServer() as running:
        running.always("Good day.")
        yield running


def made(server: FakeBedrockServer, model_id: str = "us.amazon.nova-pro-v1:0", **options: Any) -> AmazonBedrockModel:
    client = {"endpoint_url": server.endpoint, **options.pop("client_kwargs", {})}
    return AmazonBedrockModel(model_id, client_kwargs=client, **{"api_key": server.api_key, **options})


def body(server: FakeBedrockServer) -> dict[str, Any]:
    return server.requests[-1].body


def test_parameters_go_where_converse_takes_them(server: FakeBedrockServer) -> None:
    guardrail = {"guardrailIdentifier": "g1", "guardrailVersion": "1"}
    model = made(
        server,
        temperature=0.5,
        max_tokens=100,
        top_k=40,
        inferenceConfig={"topP": 0.9},
        guardrailConfig=guardrail,
        additionalModelRequestFields={"thinking": {"type": "disabled"}},
    )
    assert model.generate(HELLO, stop_sequences=["END"]).content == "Good day."
    sent = body(server)
    assert sent["modelId"] == "us.amazon.nova-pro-v1:0"
    assert sent["inferenceConfig"] == {"temperature": 0.5, "maxTokens": 100, "stopSequences": ["END"], "topP": 0.9}
    assert sent["additionalModelRequestFields"] == {"top_k": 40, "thinking": {"type": "disabled"}}
    assert sent["guardrailConfig"] == guardrail
    made(server, stop=REMOVE_PARAMETER).generate(HELLO, stop_sequences=["END"])
    assert "inferenceConfig" not in body(server)


def test_system_prompts_and_empty_texts(server: FakeBedrockServer) -> None:
    messages = [
        {"role": "system", "content": "Be polite."},
        {"role": "user", "content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": ""}]},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": "Well?"},
    ]
    made(server).generate(messages)
    assert body(server)["system"] == [{"text": "Be polite."}]
    assert [message["role"] for message in body(server)["messages"]] == ["user", "assistant", "user"]
    as_user = {"system": "user", "tool-call": "assistant", "tool-response": "user"}
    made(server, custom_role_conversions=as_user).generate(messages[:2])
    assert "system" not in body(server)
    assert "Be polite." in str(body(server)["messages"][0])


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("required", {"any": {}}),
        ("auto", None),
        ({"type": "function", "function": {"name": "double"}}, {"tool": {"name": "double"}}),
        ({"tool": {"name": "double"}}, {"tool": {"name": "double"}}),
    ],
)
def test_choice_of_tools(server: FakeBedrockServer, choice: Any, sent: Any) -> None:
    made(server).generate(HELLO, tools_to_call_from=[Double()], tool_choice=choice)
    assert body(server)["toolConfig"].get("toolChoice") == sent
    (tool,) = body(server)["toolConfig"]["tools"]
    assert tool["toolSpec"]["inputSchema"]["json"]["properties"]["number"]["type"] == "integer"


def test_images_need_their_data(server: FakeBedrockServer) -> None:
    jpeg = "data:image/jpeg;base64,/9j/4AAQSkZJRg=="
    part = {"type": "image_url", "image_url": {"url": jpeg}}
    made(server).generate([{"role": "user", "content": [{"type": "text", "text": "What?"}, part]}])
    assert body(server)["messages"][0]["content"][1]["image"]["format"] == "jpeg"
    part["image_url"] = {"url": "https://example.org/a.png"}
    with pytest.raises(ValueError, match=r"not its address: load https://example.org/a.png"):
        made(server).generate([{"role": "user", "content": [part]}])


def test_response_format_is_refused(server: FakeBedrockServer) -> None:
    with pytest.raises(ValueError, match="takes no response_format"):
        made(server).generate(HELLO, response_format={"type": "json_object"})


def test_signed_requests(server: FakeBedrockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-nobody")
    assert made(server, api_key=None).generate(HELLO).content == "Good day."
    assert server.requests[-1].headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=")
    given = {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": "secret-of-nobody"}
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "not-this-one")
    model = made(server, api_key=None, client_kwargs=given)
    assert "secret-of-nobody" not in f"{model!r} {model.to_dict()}"


def test_missing_region_is_named(server: FakeBedrockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(Exception, match="AWS_REGION"):
        made(server)
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    assert made(server).client.meta.region_name == "eu-west-3"


def test_a_client_of_the_programs_own(server: FakeBedrockServer) -> None:
    given = {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": "s"}
    client = boto3.client("bedrock-runtime", endpoint_url=server.endpoint, **given)
    model = AmazonBedrockServerModel("m", client=client)
    assert model.client is client
    assert model.generate(HELLO).content == "Good day."


def test_one_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "k")
    model = resolve_model("bedrock/anthropic.claude-sonnet-4-5-v1:0")
    assert (type(model), model.model_id) == (AmazonBedrockModel, "anthropic.claude-sonnet-4-5-v1:0")
    assert not isinstance(model, ReplayModel)


class Double(Tool):
    name = "double"
    description = "Doubles a number."
    inputs = {"number": {"type": "integer", "description": "The number."}}
    output_type = "integer"

    def forward(self, number: int) -> int:
        return 2 * number


@pytest.mark.parametrize("stream", [False, True])
def test_serves_agents(server: FakeBedrockServer, stream: bool) -> None:
    server.reply(tool_call("double", number=21), tool_call("final_answer", answer="42"))
    agent = ToolCallingAgent([Double()], made(server), stream_outputs=stream, verbosity_level=-1)
    assert agent.run("Double 21.") == "42"
    server.reply(code("final_answer(double(number=4))"))
    assert CodeAgent([Double()], made(server), stream_outputs=stream, verbosity_level=-1).run("Double 4.") == 8


def test_a_failing_provider_loses_nothing(server: FakeBedrockServer) -> None:
    agent = CodeAgent([Double()], made(server, retry=False), verbosity_level=-1)
    server.reply(code("x = double(number=4)"), Failure(503, "Overloaded."))
    with pytest.raises(Exception, match="Overloaded"):
        agent.run("Double 4.")
    server.reply(code("final_answer(x)"))
    assert agent.run("Go on.", reset=False) == 8


def test_readme(server: FakeBedrockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(__file__).parent.parent / "README.md"
    server.reply(*model_replies(page))
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", server.api_key)
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.endpoint)
    check_readme(page)
