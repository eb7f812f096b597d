"""What looks like a credential is not saved, under whatever name a tool takes it; what only resembles one is."""

from typing import Any

import pytest
from smolagents import Tool
from smolagents.tools.saved_arguments import saved_arguments


class Takes(Tool):
    name = "takes"
    description = "Takes what it gets."
    inputs = {}
    output_type = "string"

    def __init__(self, **options: Any) -> None:
        super().__init__()

    def forward(self) -> str:
        return ""


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer SECRET123",
        '{"Authorization":"Basic dXNlcjpwdw=="}',
        "Bearer SECRET123",
        "tvly-SECRET-1",
        "https://hooks.slack.com/services/T000/B000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "https://discord.com/api/webhooks/123456/abcdef",
        "https://canary.discordapp.com/api/webhooks/123456/abcdef",
        "0123456789abcdef0123456789abcdef01234567",
        "9F86D081884C7D659A2FEAA0C55AD015",
        "7d793037-a076-4a23-9f5d-0c1a2b3d4e5f",
        "q8Zt3LrV0xKp5YwN2mHc",
        "fc-1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d",
        "123456789:AAF7xk29QmZp4Tn8Lw0Rb6Yc3Vd5Hs1Jg2K",
    ],
)
def test_secrets_are_left_out_under_any_name(text: str) -> None:
    for value in (text, [text], {"value": text}):
        found = saved_arguments(Takes(option=value))
        assert (found.plain, found.left_out) == ({}, {"option": "a credential"})


def test_a_login_is_left_out() -> None:
    assert saved_arguments(Takes(user_login=["u", "pw"])).left_out == {"user_login": "a credential"}


@pytest.mark.parametrize(
    "text",
    [
        "Qwen/Qwen3-Next-80B-A3B-Thinking",
        "us.anthropic.claude-sonnet-4-20250514-v1:0",
        "Llama-4-Maverick-17B-128E-Instruct-FP8",
        "mixtral-8x22b-instruct-v0.1-q4_K_M",
        "TheBloke/recent-models-64f9a55bb3115b4f513ec026",
        "https://example.com/0123456789abcdef0123456789abcdef01234567/page",
        "https://discord.com/api/v10/gateway",
        "/var/cache/0123456789abcdef0123456789abcdef/model.bin",
        "d41d8cd98f00b204e9800998ecf8427e.safetensors",
        "IMG_20240131_123456-edited.jpeg",
        "2024-01-31T12:34:56.123456+00:00",
        "DuckDuckGoSearchToolV2Extended",
        "windows10enterprise",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "00000000000000000000000000000000",
        "pneumonoultramicroscopicsilicovolcanoconiosis",
        "a-name-of-2-or-3-plain-words-with-dashes",
        "A basic search, and its result: the bearer of 1 key, 2 tokens and a secret. " * 9,
    ],
)
def test_what_only_resembles_one_is_saved(text: str) -> None:
    options = {"option": text, "many": [text], "by_name": {"x": text}}
    found = saved_arguments(Takes(**options))
    assert (found.plain, found.left_out) == (options, {})


@pytest.mark.parametrize("name", ["revision", "commit_sha", "sha256", "file_hash", "voice_id", "datasetId"])
def test_names_of_versions_and_identifiers_say_that_it_is_none(name: str) -> None:
    options = {name: "0123456789abcdef0123456789abcdef01234567"}
    assert saved_arguments(Takes(**options, model={**options})).plain == {**options, "model": options}
    assert saved_arguments(Takes(**{name: "tvly-SECRET-1"})).left_out == {name: "a credential"}
