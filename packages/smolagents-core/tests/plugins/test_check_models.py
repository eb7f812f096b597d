"""`plugins check` of models: `generate` must take what agents give it."""

from typing import Any

import pytest

MUST = "`generate` must take (messages, stop_sequences=…, response_format=…, tools_to_call_from=…)"
FULL = "stop_sequences=None, response_format=None, tools_to_call_from=None"


def checked(site: Any, source: str) -> Any:
    site.add("acme-model", "[smolagents.models]\nAcme = acme_model:Acme\n", acme_model=source)
    return site.command("check", "acme-model")


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ("self", "too many positional arguments"),
        ("self, messages", "got an unexpected keyword argument 'stop_sequences'"),
        ("self, messages, key, **kwargs", "missing a required argument: 'key'"),
    ],
)
@pytest.mark.parametrize("base", ["", "(Model)"])
def test_a_generate_that_agents_cannot_call(site: Any, base: str, parameters: str, reason: str) -> None:
    source = f"from smolagents import Model\nclass Acme{base}:\n  def generate({parameters}): ...\n"
    done = checked(site, source)
    assert done.returncode == 1
    assert f"problem  models Acme: {MUST}: {reason}" in done.stdout


def test_a_generate_that_is_no_method(site: Any) -> None:
    done = checked(site, "class Acme:\n  generate = 3\n")
    assert done.returncode == 1
    assert f"problem  models Acme: {MUST}: 3 is not a callable object" in done.stdout


@pytest.mark.parametrize(
    "source",
    [
        f"class Acme:\n  def generate(self, messages, {FULL}): ...\n",
        "class Acme:\n  def generate(self, messages, stop_sequences=None, **kwargs): ...\n",
        "class Acme:\n  def generate(self, *args, **kwargs): ...\n",
        f"class Acme:\n  @staticmethod\n  def generate(messages, {FULL}): ...\n",
        f"class Acme:\n  @classmethod\n  def generate(cls, messages, {FULL}): ...\n",
        f"class Model:\n  def generate(self, messages, {FULL}): ...\nAcme = Model()\n",
        "from smolagents import ApiModel\nclass Acme(ApiModel): ...\n",
        "def Acme(model_id): ...\n",
    ],
)
def test_a_generate_that_agents_can_call(site: Any, source: str) -> None:
    done = checked(site, source)
    assert (done.returncode, "ok       models Acme" in done.stdout) == (0, True), done.stdout


def test_an_object_with_a_bad_generate(site: Any) -> None:
    done = checked(site, "class Model:\n  def generate(self): ...\nAcme = Model()\n")
    assert f"problem  models Acme: {MUST}: too many positional arguments" in done.stdout
