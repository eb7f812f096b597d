"""From a name to its object, or to an error that says what to do."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import smolagents
from smolagents import plugins
from smolagents.errors import BrokenPluginError, MissingPluginError

MODEL = "class Model1: pass\n"


@pytest.mark.parametrize(
    "statement", ["from smolagents import LiteLLMModel", "import smolagents; smolagents.LiteLLMModel"]
)
def test_a_missing_plugin_is_an_import_error_with_the_command(site: Any, statement: str) -> None:
    done = site.python("-c", statement)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith(
        "MissingPluginError: LiteLLMModel is in the distribution smolagents-models-litellm, which is not installed. "
        "Install it with: pip install smolagents-models-litellm"
    )


def test_an_installed_name_is_an_attribute_of_the_package(site: Any) -> None:
    site.add(
        "acme-a", "[smolagents.models]\nAcmeA = acme_a:nested.AcmeA\n", acme_a="class nested:\n  class AcmeA: pass"
    )
    assert site.output("from smolagents import AcmeA; print(AcmeA.__qualname__)") == "nested.AcmeA"
    assert plugins.resolve("AcmeA").__qualname__ == "nested.AcmeA"


def test_resolving_one_name_imports_no_other_plugin(site: Any) -> None:
    site.add("acme-b", "[smolagents.models]\nAcmeB = acme_b:AcmeB\n", acme_b="class AcmeB: pass")
    site.add("acme-c", "[smolagents.models]\nAcmeC = acme_c:AcmeC\n", acme_c="class AcmeC: pass")
    printed = site.output(
        "import sys; from smolagents import AcmeB; print('acme_b' in sys.modules, 'acme_c' in sys.modules)"
    )
    assert printed == "True False"


def test_an_old_version_that_lacks_the_name_is_to_be_updated(site: Any) -> None:
    site.add("smolagents-models-mlx", "[smolagents.models]\nSomethingElse = smolagents_models_mlx:A\n", version="0.0.1")
    with pytest.raises(MissingPluginError, match=r"installed version 0\.0\.1 .* pip install -U smolagents-models-mlx"):
        plugins.resolve("MLXModel")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise RuntimeError('boom')", "RuntimeError: boom"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import a_package_that_is_not_there", "No module named 'a_package_that_is_not_there'"),
        ("def broken(:", "SyntaxError"),
        ("pass", "has no attribute 'AcmeBroken'"),
    ],
)
def test_a_broken_plugin_is_named_and_can_be_checked(site: Any, source: str, reason: str) -> None:
    site.add("acme-broken", "[smolagents.models]\nAcmeBroken = acme_broken:AcmeBroken\n", acme_broken=source)
    with pytest.raises(BrokenPluginError) as caught:
        plugins.resolve("AcmeBroken")
    text = str(caught.value)
    assert reason in text
    assert text.startswith("plugin AcmeBroken of acme-broken 1.0 (acme_broken:AcmeBroken) fails to load")
    assert text.endswith("python -m smolagents plugins check acme-broken")
    assert "\n" not in text
    assert caught.value.__cause__ is not None


def test_ctrl_c_during_an_import_is_no_broken_plugin(site: Any) -> None:
    site.add("acme-slow", "[smolagents.models]\nAcmeSlow = acme_slow:AcmeSlow\n", acme_slow="raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        plugins.resolve("AcmeSlow")


def test_a_slip_of_the_pen_gets_a_hint(site: Any) -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'LiteLLMModle'\. Did you mean 'LiteLLMModel'\?"):
        _ = smolagents.LiteLLMModle
    done = site.python("-c", "from smolagents import TokenUsege")
    assert done.stderr.rstrip().endswith(
        "ImportError: cannot import name 'TokenUsege' from 'smolagents'. Did you mean 'TokenUsage'?"
    )
    with pytest.raises(MissingPluginError, match=r"No installed plugin offers the name 'TokenUsege'\. Did you mean"):
        plugins.resolve("TokenUsege")


def test_unknown_names_are_no_attributes() -> None:
    assert not hasattr(smolagents, "NothingLikeThis")
    assert not hasattr(smolagents, "_private")
    assert not hasattr(smolagents, "__wrapped__")
    assert not plugins.available("NothingLikeThis")


def test_what_the_package_lists_can_be_had(site: Any) -> None:
    site.add("acme-d", "[smolagents.models]\nAcmeD = acme_d:AcmeD\n", acme_d="class AcmeD: pass")
    site.add("acme-e", "[smolagents.models]\nAcmeE = acme_e\n")
    assert {"TokenUsage", "AcmeD", "__version__"} <= set(dir(smolagents))
    assert not {"AcmeE", "LiteLLMModel"} & set(dir(smolagents))


def test_a_star_import_takes_core_and_first_party_names_only(site: Any) -> None:
    site.add("acme-f", "[smolagents.models]\nAcmeF = acme_f:AcmeF\n", acme_f="raise SystemExit('ran')")
    hub = "[smolagents.models]\nInferenceClientModel = acme_hub:Model\nHfApiModel = acme_hub:Model\n"
    site.add("smolagents-models-hf", hub, acme_hub="class Model: pass")
    names = smolagents.__all__
    assert {"CodeAgent", "TokenUsage", "tool", "InferenceClientModel"} <= set(names)
    assert not {"AcmeF", "HfApiModel"} & set(names)
    assert "LiteLLMModel" not in names
    assert len(names) == len(set(names))
    assert site.output("from smolagents import *; print(CodeAgent.__name__, 'AcmeF' in globals())") == "CodeAgent False"


def test_modules_offer_the_plugins_of_their_kinds(site: Any) -> None:
    site.add(
        "acme-g",
        "[smolagents.tools]\nAcmeGTool = acme_g:Tool1\n[smolagents.models]\nAcmeGModel = acme_g:Model1\n",
        acme_g=MODEL + "class Tool1: pass",
    )
    lookup = plugins.module_getattr("smolagents.models", "models")
    assert lookup("AcmeGModel").__name__ == "Model1"
    with pytest.raises(AttributeError, match=r"module 'smolagents\.models' has no attribute 'AcmeGTool'"):
        lookup("AcmeGTool")
    with pytest.raises(AttributeError):
        lookup("__path__")
    with pytest.raises(MissingPluginError, match="pip install smolagents-models-litellm"):
        lookup("LiteLLMModel")


def test_executor_types(site: Any) -> None:
    site.add(
        "acme-exec",
        "[smolagents.executors]\nacme_box = acme_exec:make\nAcmeExecutor = acme_exec:make\n",
        acme_exec="def make(additional_imports, logger, **options): return additional_imports, logger, options",
    )
    assert plugins.executor_factory("acme_box")(["numpy"], None, size=3) == (["numpy"], None, {"size": 3})
    with pytest.raises(MissingPluginError, match="pip install smolagents-exec-docker"):
        plugins.executor_factory("docker")
    with pytest.raises(ValueError, match=r"Unsupported executor type: dokker\. Known types: acme_box, .*docker.*local"):
        plugins.executor_factory("dokker")


def test_a_tool_is_no_executor_type(site: Any) -> None:
    site.add("acme-h", "[smolagents.tools]\nacme_h = acme_h:AcmeH\n", acme_h="class AcmeH: pass")
    with pytest.raises(ValueError, match="Unsupported executor type: acme_h"):
        plugins.executor_factory("acme_h")


def test_the_package_of_a_distribution(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingPluginError, match="pip install smolagents-tools-langchain"):
        plugins.package("smolagents-tools-langchain")
    site.add("smolagents-tools-langchain", "", smolagents_tools_langchain="answer = 42")
    assert plugins.package("smolagents-tools-langchain").answer == 42
    monkeypatch.setenv("SMOLAGENTS_DISABLE_PLUGINS", "1")
    with pytest.raises(MissingPluginError, match="SMOLAGENTS_DISABLE_PLUGINS"):
        plugins.package("smolagents-tools-langchain")


@pytest.mark.parametrize(
    ("statement", "distribution"),
    [
        ("from smolagents.gradio_ui import GradioUI", "smolagents-ui-gradio"),
        ("from smolagents.mcp_client import MCPClient", "smolagents-tools-mcp"),
        ("from smolagents.remote_executors import DockerExecutor", "smolagents-exec-docker"),
        ("from smolagents.vision_web_browser import main", "smolagents-browser"),
    ],
)
def test_upstream_module_paths_lead_to_the_plugins(site: Any, statement: str, distribution: str) -> None:
    done = site.python("-c", statement)
    assert f"Install it with: pip install {distribution}" in done.stderr
    name = statement.rpartition(" ")[2]
    package = distribution.replace("-", "_")
    site.add(
        distribution,
        f"[smolagents.executors]\n{name} = {package}:{name}\n",
        **{package: f"def {name}(): return 'here'"},
    )
    assert site.output(f"{statement}; print({name}())") == "here"


def test_upstream_in_the_same_environment_is_named(site: Any) -> None:
    site.add("smolagents", "[console_scripts]\nsmolagent = smolagents.cli:main\n", version="1.26.0")
    with pytest.raises(
        MissingPluginError, match=r"smolagents 1\.26\.0 is installed over the same package .*pip uninstall"
    ):
        plugins.resolve("LiteLLMModel")


def test_files_of_upstream_over_ours_are_found_out(site: Any) -> None:
    package = site.folder / "smolagents"
    shutil.copytree(Path(smolagents.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "__init__.py").write_text("__version__ = '1.26.0'\n")
    done = site.python("-c", "import smolagents.plugins")
    assert re.search(r"ImportError: .*pip uninstall -y smolagents && pip install --force-reinstall", done.stderr)
