"""What errors about names and groups tell leads somewhere."""

from typing import Any

import pytest
import smolagents
from smolagents import plugins
from smolagents.errors import MissingPluginError, PluginClashError
from smolagents.plugins.catalogue import Entry


def entry_of(distribution: str) -> Entry:
    (entry,) = [entry for entry in plugins.entries() if entry.distribution == distribution]
    return entry


@pytest.mark.parametrize("name", ["AcmeHintModel", "AcmeHintModl"])
def test_a_hint_names_only_what_is_of_the_kind_that_is_asked_for(site: Any, name: str) -> None:
    site.add("acme-hint", "[smolagents.models]\nAcmeHintModel = acme_hint:Model\n", acme_hint="class Model: pass")
    with pytest.raises(MissingPluginError) as caught:
        smolagents.load_tool(name)
    expected = f"No installed plugin offers the name '{name}' as one of its tools. What is installed: "
    assert str(caught.value).startswith(expected)
    site.add("acme-hint2", "[smolagents.tools]\nAcmeHintModels = acme_hint:Model\n")
    with pytest.raises(MissingPluginError, match=r"as one of its tools\. Did you mean 'AcmeHintModels'"):
        smolagents.load_tool(name)


@pytest.mark.parametrize("statement", ["from smolagents import acme_dual", "import smolagents; smolagents.acme_dual"])
def test_the_modules_that_a_clash_names_have_the_name(site: Any, statement: str) -> None:
    for kind in ("executors", "extras", "tools"):
        entry_points = f"[smolagents.{kind}]\nacme_dual = acme_{kind}:acme_dual\n"
        site.add(f"acme-{kind}", entry_points, **{f"acme_{kind}": "def acme_dual(): pass"})
    with pytest.raises(PluginClashError) as caught:
        plugins.resolve("acme_dual")
    message = (
        "acme_dual is in smolagents.remote_executors (acme-executors) and smolagents.tools (acme-tools) and "
        "acme_extras (acme-extras): take it from one of these modules"
    )
    assert message in str(caught.value)
    assert message in site.python("-c", statement).stderr
    for kind, module in {
        "executors": "smolagents.remote_executors",
        "extras": "acme_extras",
        "tools": "smolagents.tools",
    }.items():
        assert site.output(f"from {module} import acme_dual; print(acme_dual.__module__)") == f"acme_{kind}"


@pytest.mark.parametrize(
    ("group", "hint"),
    [
        ("smolagents.tool", ", did you mean [smolagents.tools]? Else update it: pip install -U smolagents-core"),
        ("smolagents.Models.v1", ", did you mean [smolagents.models.v1]? Else update it: "),
        ("smolagents.hook", ", did you mean [smolagents.hooks]? Else update it: "),
        ("smolagents.dreams", "; update it: pip install -U smolagents-core"),
    ],
)
def test_a_slip_in_the_name_of_a_group_gets_a_hint(site: Any, group: str, hint: str) -> None:
    site.add("acme-slip", f"[{group}]\nacme_slip = acme_slip:acme\n", acme_slip="")
    entry = entry_of("acme-slip")
    assert entry.state == "unsupported"
    assert entry.detail.startswith(f"this core knows no group [{group}]{hint}")


@pytest.mark.parametrize("suffix", [".v", ".v0", ".v01", ".vnext", ".v1.0"])
def test_a_level_that_is_none_is_refused(site: Any, suffix: str) -> None:
    site.add("acme-level", f"[smolagents.tools{suffix}]\nacme_level = acme_level:acme\n")
    entry = entry_of("acme-level")
    assert entry.state == "broken"
    assert entry.detail == f"[smolagents.tools{suffix}] is no group: the suffix for an API level is .v1, .v2, …"
