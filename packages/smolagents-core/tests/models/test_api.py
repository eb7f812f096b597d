import asyncio
from typing import Any

import pytest
from smolagents.messages import ChatMessage, MessageRole, tool_role_conversions
from smolagents.models import ApiModel

SECRET = "sk-0123456789"


class Echo(ApiModel):
    """Answers with what the client returns."""

    def create_client(self) -> Any:
        return lambda **parameters: "created"

    def _credentials(self) -> list[str]:
        return [SECRET]

    def generate(self, messages: Any, **kwargs: Any) -> ChatMessage:  # type: ignore[override]
        return ChatMessage(MessageRole.ASSISTANT, self._request(self.client, **kwargs))

    async def agenerate(self, messages: Any, **kwargs: Any) -> ChatMessage:
        async def send(**parameters: Any) -> Any:
            return self.client(**parameters)

        return ChatMessage(MessageRole.ASSISTANT, await self._arequest(send, **kwargs))


def ask(model: Echo, asynchronous: bool) -> Any:
    model.retryer.wait_seconds = 0.0
    return (asyncio.run(model.agenerate([])) if asynchronous else model.generate([])).content


def test_a_client_is_created_unless_given() -> None:
    assert ask(Echo("m"), False) == "created"
    assert ask(Echo("m", client=lambda: "given"), False) == "given"
    with pytest.raises(NotImplementedError, match="create_client"):
        ApiModel("m")


def test_role_conversions_replace_the_default() -> None:
    assert Echo("m").custom_role_conversions is tool_role_conversions
    assert Echo("m", custom_role_conversions={"system": "user"}).custom_role_conversions == {"system": "user"}


@pytest.mark.parametrize("asynchronous", [False, True])
def test_requests_are_tried_again(asynchronous: bool) -> None:
    failures = [ConnectionResetError(), TimeoutError()]

    def send() -> str:
        if failures:
            raise failures.pop()
        return "sent"

    assert ask(Echo("m", client=send), asynchronous) == "sent"
    failures = [ConnectionResetError()]
    with pytest.raises(ConnectionResetError):
        ask(Echo("m", client=send, retry=False), asynchronous)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_every_attempt_is_paced(asynchronous: bool) -> None:
    paced = []
    failures = [ConnectionResetError()]

    def send() -> str:
        if failures:
            raise failures.pop()
        return "sent"

    model = Echo("m", client=send, requests_per_minute=60_000)
    book = model.rate_limiter._book
    model.rate_limiter._book = lambda: paced.append(1) or book()  # type: ignore[method-assign,func-returns-value]
    assert ask(model, asynchronous) == "sent"
    assert len(paced) == 2


@pytest.mark.parametrize("asynchronous", [False, True])
def test_errors_and_logs_show_no_credentials(asynchronous: bool, caplog: pytest.LogCaptureFixture) -> None:
    class ServerError(Exception):
        status_code = 503

        def __init__(self, text: str) -> None:
            super().__init__(text, 3)
            self.message = text
            self.body = {"error": [{"message": text}]}

    def send() -> None:
        raise ServerError(f"bad key {SECRET}") from ValueError(f"Bearer {SECRET}".encode())

    with pytest.raises(ServerError) as caught:
        ask(Echo("m", client=send), asynchronous)
    error = caught.value
    shown = [str(error), repr(error), error.message, str(error.body), repr(error.__cause__), caplog.text]
    assert "bad key ***" in str(error)
    assert "trying again" in caplog.text
    assert SECRET not in "\n".join(shown)


def test_saving_keeps_what_is_not_default() -> None:
    assert Echo("m").to_dict() == {"model_id": "m"}
    data = Echo("m", requests_per_minute=60, retry=False, custom_role_conversions={"system": "user"}, seed=1).to_dict()
    assert data == {
        "model_id": "m",
        "seed": 1,
        "requests_per_minute": 60,
        "retry": False,
        "custom_role_conversions": {"system": "user"},
    }
    assert Echo.from_dict(data).to_dict() == data


def test_a_subclass_may_leave_our_constructor_out() -> None:
    class Own(Echo):
        def __init__(self) -> None:
            self.client = lambda: "own"

    assert Own().generate([]).content == "own"


@pytest.mark.parametrize("argument", ["api_base", "base_url", "azure_endpoint"])
def test_an_address_that_is_none_is_found_before_any_request(argument: str) -> None:
    class Addressed(Echo):
        def __init__(self, model_id: str, address: str | None) -> None:
            setattr(self, argument, address)
            super().__init__(model_id)

    assert ask(Addressed("m", None), False) == "created"
    assert ask(Addressed("m", "https://host:8000/v1"), False) == "created"
    for address in ("notaurl", "http:/host", "host:8000"):
        with pytest.raises(ValueError, match=f"{argument} '{address}' is no address"):
            Addressed("m", address)
