"""What is installed is read from metadata alone, and names have one owner."""

from pathlib import Path
from typing import Any

import pytest
from smolagents import plugins
from smolagents.plugins.catalogue import API_LEVEL, Entry


def found(name: str) -> list[Entry]:
    return [entry for entry in plugins.entries() if entry.name == name]


def states(name: str) -> dict[str, str]:
    return {entry.distribution: entry.state for entry in found(name)}


def test_an_entry_says_all_that_the_metadata_says(site: Any) -> None:
    site.add("Acme.Plugins", "[smolagents.models]\nAcmeModel = acme_plugins.models:AcmeModel [fast]\n", version="2.1")
    (entry,) = found("AcmeModel")
    assert (entry.kind, entry.value, entry.distribution, entry.version) == (
        "models",
        "acme_plugins.models:AcmeModel",
        "acme-plugins",
        "2.1",
    )
    assert (entry.module, entry.attribute, entry.state) == ("acme_plugins.models", "AcmeModel", "ok")
    assert Path(entry.folder).parent == site.folder


def test_other_groups_comments_and_blank_lines_are_skipped(site: Any) -> None:
    site.add(
        "acme-mixed",
        """\
        # written by a tool
        [console_scripts]
        acme = acme_mixed:main

        [smolagents.tools]
        ; the only one
        AcmeSearch=acme_mixed:AcmeSearch
        [pytest11]
        AcmeFixtures = acme_mixed:fixtures
        """,
    )
    mine = [(entry.kind, entry.name) for entry in plugins.entries() if entry.distribution == "acme-mixed"]
    assert mine == [("tools", "AcmeSearch")]


def test_listing_imports_no_plugin(site: Any) -> None:
    site.add("acme-loud", "[smolagents.tools]\nAcmeLoud = acme_loud:AcmeLoud\n", acme_loud="raise SystemExit('ran')")
    printed = site.output(
        """
        import sys
        from smolagents import plugins
        print([entry.state for entry in plugins.entries() if entry.name == "AcmeLoud"], plugins.available("AcmeLoud"))
        print("acme_loud" in sys.modules, "pluggy" in sys.modules)
        """
    )
    assert printed == "['ok'] True\nFalse False"


@pytest.mark.parametrize("value", ["acme_odd", "acme odd:AcmeOdd", "acme_odd:", ":AcmeOdd", "", "acme_odd:1st"])
def test_a_value_that_is_no_reference_is_broken(site: Any, value: str) -> None:
    site.add("acme-odd", f"[smolagents.models]\nAcmeOdd = {value}\n")
    (entry,) = found("AcmeOdd")
    assert entry.state == "broken"
    assert "name = module:attribute" in entry.detail


def test_hooks_may_be_a_whole_module(site: Any) -> None:
    site.add("acme-hooks", "[smolagents.hooks]\nacme = acme_hooks\n")
    assert states("acme") == {"acme-hooks": "ok"}


def test_a_level_that_this_core_has_is_fine(site: Any) -> None:
    site.add("acme-level", f"[smolagents.tools.v{API_LEVEL}]\nAcmeLevel = acme_level:AcmeLevel\n")
    assert states("AcmeLevel") == {"acme-level": "ok"}


def test_a_newer_level_is_refused_with_the_command_that_mends_it(site: Any) -> None:
    site.add("acme-new", f"[smolagents.tools.v{API_LEVEL + 1}]\nAcmeNew = acme_new:AcmeNew\n")
    (entry,) = found("AcmeNew")
    assert entry.state == "unsupported"
    assert f"needs API level {API_LEVEL + 1}, this core has {API_LEVEL}" in entry.detail
    with pytest.raises(ImportError, match="pip install -U smolagents-core"):
        plugins.resolve("AcmeNew")


def test_a_group_that_this_core_does_not_know_is_unsupported(site: Any) -> None:
    site.add("acme-kind", "[smolagents.dreams]\nAcmeDream = acme_kind:AcmeDream\n")
    assert states("AcmeDream") == {"acme-kind": "unsupported"}
    assert not plugins.available("AcmeDream")


@pytest.mark.parametrize("name", ["CodeAgent", "tool", "local", "final_answer", "agents", "prompts"])
def test_core_names_and_modules_cannot_be_shadowed(site: Any, name: str) -> None:
    site.add("acme-thief", f"[smolagents.extras]\n{name} = acme_thief:Thief\n", acme_thief="raise SystemExit('ran')")
    (entry,) = [entry for entry in found(name) if entry.distribution == "acme-thief"]
    assert (entry.state, entry.detail) == ("shadowed", f"the name {name} belongs to smolagents-core")


def test_a_module_of_core_is_imported_and_not_a_plugin_of_its_name(site: Any) -> None:
    site.add("acme-thief2", "[smolagents.extras]\nusage = acme_thief2:Thief\n", acme_thief2="raise SystemExit('ran')")
    printed = site.output(
        "from smolagents import usage, TokenUsage; print(usage.__name__, usage.TokenUsage is TokenUsage)"
    )
    assert printed == "smolagents.usage True"


def test_first_party_names_cannot_be_taken_while_their_owner_is_absent(site: Any) -> None:
    site.add("acme-litellm", "[smolagents.models]\nLiteLLMModel = acme_litellm:Fake\n", acme_litellm="class Fake: pass")
    assert states("LiteLLMModel") == {"acme-litellm": "shadowed"}
    with pytest.raises(ImportError, match="pip install smolagents-models-litellm"):
        plugins.resolve("LiteLLMModel")


def test_first_party_names_are_their_owners(site: Any) -> None:
    source = "class LiteLLMModel: pass"
    site.add(
        "smolagents-models-litellm",
        "[smolagents.models]\nLiteLLMModel = smolagents_models_litellm:LiteLLMModel\n",
        smolagents_models_litellm=source,
    )
    site.add(
        "acme-litellm2", "[smolagents.models]\nLiteLLMModel = acme_litellm2:Fake\n", acme_litellm2="class Fake: pass"
    )
    assert states("LiteLLMModel") == {"smolagents-models-litellm": "ok", "acme-litellm2": "shadowed"}
    assert plugins.resolve("LiteLLMModel").__module__ == "smolagents_models_litellm"


def test_two_distributions_with_one_name_both_lose_it(site: Any) -> None:
    for number in (1, 2):
        site.add(f"acme-twin{number}", f"[smolagents.tools]\nAcmeTwin = acme_twin{number}:AcmeTwin\n")
    assert states("AcmeTwin") == {"acme-twin1": "clash", "acme-twin2": "clash"}
    assert not plugins.available("AcmeTwin")
    from smolagents.errors import PluginClashError

    with pytest.raises(PluginClashError, match="AcmeTwin is offered by acme-twin1 and acme-twin2, so none"):
        plugins.resolve("AcmeTwin")


def test_the_allow_list_settles_a_clash(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (3, 4):
        source = f"class AcmeTwin: number = {number}"
        site.add(
            f"acme-twin{number}",
            f"[smolagents.tools]\nAcmeTwin = acme_twin{number}:AcmeTwin\n",
            **{f"acme_twin{number}": source},
        )
    monkeypatch.setenv("SMOLAGENTS_PLUGINS", "Acme_Twin4")
    assert states("AcmeTwin") == {"acme-twin3": "disabled", "acme-twin4": "ok"}
    assert plugins.resolve("AcmeTwin").number == 4


def test_one_distribution_may_offer_a_name_in_two_groups(site: Any) -> None:
    site.add("acme-box", "[smolagents.executors]\nacme_box = acme_box:a\n[smolagents.tools]\nacme_box = acme_box:b\n")
    assert [entry.state for entry in found("acme_box")] == ["ok", "ok"]


def test_a_tool_and_a_model_of_one_name_do_not_compete(site: Any) -> None:
    for kind in ("tools", "models"):
        entries = f"[smolagents.{kind}]\nacme_dual = acme_{kind}:Dual\n"
        source = "from smolagents import FinalAnswerTool\nclass Dual(FinalAnswerTool): ..."
        site.add(f"acme-{kind}", entries, **{f"acme_{kind}": source})
    assert states("acme_dual") == {"acme-tools": "ok", "acme-models": "ok"}
    import smolagents
    from smolagents import models, tools
    from smolagents.errors import PluginClashError

    assert tools.acme_dual.__module__ == plugins.resolve("acme_dual", "tools").__module__ == "acme_tools"
    assert models.acme_dual.__module__ == models.MODEL_REGISTRY["acme_dual"].__module__ == "acme_models"
    assert type(tools.load_tool("acme_dual")).__module__ == "acme_tools"
    expected = r"acme_dual is in smolagents.models \(acme-models\) and smolagents.tools \(acme-tools\): take it"
    with pytest.raises(PluginClashError, match=expected):
        plugins.resolve("acme_dual")
    with pytest.raises(ImportError, match=expected):
        _ = smolagents.acme_dual


def test_the_first_distribution_of_a_name_on_the_path_counts(
    site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.add("acme-old", "[smolagents.tools]\nAcmeOld = acme_old:AcmeOld\n", version="1.0")
    newer = type(site)(tmp_path / "newer")
    newer.add("acme-old", "[smolagents.tools]\nAcmeOld = acme_old:AcmeOld\n", version="2.0")
    assert [entry.version for entry in found("AcmeOld")] == ["1.0"]
    monkeypatch.syspath_prepend(str(newer.folder))
    assert [entry.version for entry in found("AcmeOld")] == ["2.0"]


def test_a_plugin_installed_at_run_time_is_seen(site: Any) -> None:
    assert not plugins.available("AcmeLate")
    site.add("acme-late", "[smolagents.models]\nAcmeLate = acme_late:AcmeLate\n", acme_late="class AcmeLate: pass")
    assert plugins.available("AcmeLate")
    assert plugins.resolve("AcmeLate").__name__ == "AcmeLate"


def test_the_catalogue_is_read_once_while_nothing_changes(site: Any) -> None:
    from smolagents.plugins.catalogue import current

    first = current()
    assert current() is first
    site.add("acme-change", "[smolagents.models]\nAcmeChange = acme_change:AcmeChange\n")
    assert current() is not first


def test_switches_disable_all_or_all_but_some(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site.add("acme-switch", "[smolagents.models]\nAcmeSwitch = acme_switch:AcmeSwitch\n")
    monkeypatch.setenv("SMOLAGENTS_DISABLE_PLUGINS", "1")
    assert {entry.state for entry in plugins.entries()} == {"disabled"}
    with pytest.raises(ImportError, match="SMOLAGENTS_DISABLE_PLUGINS switches all plugins off"):
        plugins.resolve("AcmeSwitch")
    monkeypatch.setenv("SMOLAGENTS_DISABLE_PLUGINS", "0")
    monkeypatch.setenv("SMOLAGENTS_PLUGINS", "some-other, acme-third")
    (entry,) = found("AcmeSwitch")
    assert (entry.state, entry.detail) == ("disabled", "SMOLAGENTS_PLUGINS does not name its distribution")


def test_egg_info_and_leftovers_of_pip(site: Any) -> None:
    egg = site.folder / "acme_egg-3.0-py3.11.egg-info"
    egg.mkdir()
    (egg / "entry_points.txt").write_text("[smolagents.tools]\nAcmeEgg = acme_egg:AcmeEgg\n")
    leftover = site.folder / "~cme_left-1.0.dist-info"
    leftover.mkdir()
    (leftover / "entry_points.txt").write_text("[smolagents.tools]\nAcmeLeft = acme_left:AcmeLeft\n")
    assert [entry.origin for entry in found("AcmeEgg")] == ["acme-egg 3.0"]
    assert found("AcmeLeft") == []
