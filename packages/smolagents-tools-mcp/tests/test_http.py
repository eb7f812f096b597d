"""Servers that listen: headers, tokens, OAuth, large results and restarts."""

from collections.abc import Callable
from typing import Any

import pytest
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from smolagents import MCPClient, Tool

TRANSPORTS = pytest.mark.parametrize("transport", ["streamable-http", "sse"])


def named(tools: list[Tool]) -> dict[str, Any]:
    return {tool.name: tool for tool in tools}


@TRANSPORTS
def test_headers_are_sent(transport: str, listening: Callable[..., Any]) -> None:
    headers = {"Authorization": "Bearer secret", "X-Tenant": "acme"}
    with MCPClient({"url": listening(transport).url, "transport": transport, "headers": headers}) as tools:
        header = named(tools)["header"]
        assert (header("authorization"), header("x-tenant")) == ("Bearer secret", "acme")


@TRANSPORTS
def test_tokens(transport: str, listening: Callable[..., Any]) -> None:
    server = {"url": listening(transport, "guarded_server.py").url, "transport": transport}
    with MCPClient({**server, "headers": {"Authorization": "Bearer right-token"}}) as (secret,):
        assert secret() == "treasure"
    for headers in ({"Authorization": "Bearer wrong-token"}, {}):
        with pytest.raises(ConnectionError) as refused:
            MCPClient({**server, "headers": headers})
        assert str(refused.value) == (
            f"The MCP server {server['url']} can't be used: 401 Unauthorized. "
            "Check `headers` or `auth` in its parameters."
        )


class Storage:
    """Keep what OAuth gives, for as long as the program runs."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


@TRANSPORTS
def test_oauth(transport: str, listening: Callable[..., Any]) -> None:
    server = listening(transport, "guarded_server.py")

    def provider(password: str) -> ClientCredentialsOAuthProvider:
        issuer = f"http://127.0.0.1:{server.port}"
        return ClientCredentialsOAuthProvider(server.url, Storage(), "client", password, issuer=issuer)

    with MCPClient({"url": server.url, "transport": transport, "auth": provider("password")}) as (secret,):
        assert secret() == "treasure"
    with pytest.raises(ConnectionError, match=r"can't be used: OAuth\w+: Token exchange failed \(401\)"):
        MCPClient({"url": server.url, "transport": transport, "auth": provider("guess")})


@TRANSPORTS
def test_a_token_that_is_taken_back(transport: str, listening: Callable[..., Any]) -> None:
    headers = {"Authorization": "Bearer right-token"}
    parameters = {"url": listening(transport, "guarded_server.py").url, "transport": transport, "headers": headers}
    client = MCPClient(parameters)
    (secret,) = client.get_tools()
    headers["Authorization"] = "Bearer wrong-token"
    client.disconnect()
    with pytest.raises(ConnectionError, match="401 Unauthorized"):
        client.connect()
    with pytest.raises(ConnectionError, match=r"is disconnected: use its tools inside the `with` block"):
        secret()


def test_large_results(listening: Callable[..., Any]) -> None:
    with MCPClient({"url": listening("streamable-http").url}) as tools:
        assert len(named(tools)["large"](3_000_000)) == 3_000_000
    with MCPClient({"url": listening("sse").url, "transport": "sse"}) as tools:
        with pytest.raises(ConnectionError, match="exceeded the 1048576 byte limit"):  # the SDK's own
            named(tools)["large"](3_000_000)
        assert named(tools)["echo"]("hi") == "Echo: hi"


@TRANSPORTS
def test_a_server_that_listens_again_is_found_again(transport: str, listening: Callable[..., Any]) -> None:
    server = listening(transport)
    with MCPClient({"url": server.url, "transport": transport}) as tools:
        echo = named(tools)["echo"]
        server.kill()
        with pytest.raises(ConnectionError, match=f"The MCP server {server.url} "):
            echo("hi")
        server.start()
        assert echo("hi") == "Echo: hi"


@TRANSPORTS
def test_a_wrong_path_is_told(transport: str, listening: Callable[..., Any]) -> None:
    url = f"http://127.0.0.1:{listening(transport).port}/nowhere"
    with pytest.raises(ConnectionError, match=rf"The MCP server {url} can't be used: .*Not Found") as error:
        MCPClient({"url": f"{url}?key=t0p-secret", "transport": transport})
    assert "t0p-secret" not in str(error.value)
