"""The tutorial's plugin works from its wheel, and the broken one breaks nothing."""

import json
from typing import Any

RUN = """
import logging
logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
from smolagents import CodeAgent, HelloModel, HelloTool
agent = CodeAgent(tools=[HelloTool()], model=HelloModel(), verbosity_level=-1)
print(agent.run("Greet the world."))
"""


def states(environment: Any, **variables: str) -> dict[tuple[str, str], str]:
    """Return the state of each name that `plugins list` shows, by kind and name."""
    listing = environment.run("python", "-m", "smolagents", "plugins", "list", "--json", **variables)
    assert listing.stderr == ""
    return {(entry["kind"], entry["name"]): entry["state"] for entry in json.loads(listing.stdout)["plugins"]}


def test_both_plugins_are_listed_without_being_imported(fresh: Any) -> None:
    assert states(fresh) == {
        ("hooks", "broken"): "ok",
        ("hooks", "hello"): "ok",
        ("models", "BrokenModel"): "ok",
        ("models", "HelloModel"): "ok",
        ("packages", "smolagents_testing"): "ok",
        ("tools", "HelloTool"): "ok",
        ("tools", "broken"): "ok",
        ("tools", "hello"): "ok",
    }


def test_the_console_scripts_work(fresh: Any) -> None:
    assert fresh.run("smolagents", "plugins", "list").stdout.startswith("NAME")
    assert "--tools" in fresh.run("smolagent", "--help").stdout


def test_an_agent_runs_with_the_tutorial_plugin_while_the_broken_one_is_named_once(fresh: Any) -> None:
    done = fresh.python(RUN)
    assert done.stdout == "Hello, world!\n"
    assert "smolagents_hello: CodeAgent ended: Hello, world!" in done.stderr
    assert done.stderr.count("plugin broken of smolagents-broken 0.1.0 offers no usable hooks and is left out") == 1


def test_the_command_line_runs_with_the_tutorial_plugin(fresh: Any) -> None:
    done = fresh.run("smolagent", "Greet the world.", "--model-type", "HelloModel", "--tools", "hello")
    assert "Hello, world!" in done.stdout
    assert done.stderr.count("smolagents-broken 0.1.0") == 1
    assert "Traceback" not in done.stderr


def test_the_broken_plugin_is_an_error_only_for_who_uses_it(fresh: Any) -> None:
    done = fresh.run("python", "-c", "from smolagents import BrokenModel", code=1)
    assert done.stderr.rstrip().endswith(
        "BrokenPluginError: plugin BrokenModel of smolagents-broken 0.1.0 (smolagents_broken:BrokenModel) fails to "
        "load: RuntimeError: smolagents-broken fails on purpose. "
        "Details: python -m smolagents plugins check smolagents-broken"
    )


def test_switches_silence_the_broken_plugin(fresh: Any) -> None:
    done = fresh.python(RUN, SMOLAGENTS_PLUGINS="smolagents-hello")
    assert (done.stdout, "smolagents-broken" in done.stderr) == ("Hello, world!\n", False)
    assert set(states(fresh, SMOLAGENTS_DISABLE_PLUGINS="1").values()) == {"disabled"}


def test_strict_makes_the_broken_plugin_fatal(fresh: Any) -> None:
    done = fresh.run("python", "-c", RUN, code=1, SMOLAGENTS_STRICT_PLUGINS="1")
    assert "BrokenPluginError: plugin broken of smolagents-broken 0.1.0" in done.stderr


def test_check_tells_the_good_from_the_broken(fresh: Any) -> None:
    assert fresh.run("smolagents", "plugins", "check", "smolagents-hello").stdout == (
        "smolagents-hello 0.1.0\n"
        "  ok       hooks hello\n"
        "  ok       models HelloModel\n"
        "  ok       tools hello\n"
        "  ok       tools HelloTool\n"
        "1 distribution checked, no problems\n"
    )
    broken = fresh.run("smolagents", "plugins", "check", "smolagents-broken", code=1).stdout
    assert broken.count("problem  ") == 3
    assert "problem  hooks broken: RuntimeError: smolagents-broken fails on purpose (" in broken
