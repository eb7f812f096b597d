"""A demo server that wants a token, with the OAuth server that gives them: `guarded_server.py TRANSPORT PORT`."""

import sys
from typing import Any

from mcp.server import MCPServer
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from starlette.requests import Request
from starlette.responses import JSONResponse

TOKEN = "right-token"
TRANSPORT, PORT = sys.argv[1], int(sys.argv[2])
URL = f"http://127.0.0.1:{PORT}"


class Verifier:
    """Know one token."""

    async def verify_token(self, token: str) -> AccessToken | None:
        return AccessToken(token=token, client_id="client", scopes=[]) if token == TOKEN else None


settings: Any = {"issuer_url": URL, "resource_server_url": f"{URL}/{'sse' if TRANSPORT == 'sse' else 'mcp'}"}
server = MCPServer("guarded", token_verifier=Verifier(), auth=AuthSettings(**settings, validate_token_resource=False))


@server.tool()
def secret() -> str:
    """Tell what only few may know."""
    return "treasure"


@server.custom_route("/.well-known/oauth-authorization-server", methods=["GET"])
async def metadata(request: Request) -> JSONResponse:
    """Tell where tokens are."""
    return JSONResponse(
        {
            "issuer": URL,
            "authorization_endpoint": f"{URL}/authorize",
            "token_endpoint": f"{URL}/token",
            "response_types_supported": ["code"],
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
    )


@server.custom_route("/token", methods=["POST"])
async def token(request: Request) -> JSONResponse:
    """Give the token to who knows the password."""
    from base64 import b64decode

    given = b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
    if given != "client:password":
        return JSONResponse({"error": "invalid_client"}, 401)
    return JSONResponse({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})


server.run(TRANSPORT, host="127.0.0.1", port=PORT)  # type: ignore[call-overload]
