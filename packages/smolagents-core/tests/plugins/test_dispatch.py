"""Hooks reach the plugins one at a time, and a failing plugin is reported once and left out."""

import textwrap
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from smolagents import plugins
from smolagents.errors import BrokenPluginError
from smolagents.hooks import hookimpl
from smolagents.plugins import PluginWarning

STEP = {"agent": None, "run_id": "r", "step": "a step"}


@pytest.fixture
def registered() -> Iterator[Any]:
    """Register plugin objects for the length of a test."""
    added: list[Any] = []

    def register(plugin: Any, name: str | None = None) -> Any:
        plugins.register(plugin, name)
        added.append(plugin)
        return plugin

    yield register
    for plugin in added:
        plugins.unregister(plugin)


class Observer:
    """Note the steps that it is told of."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    @hookimpl
    def step_finished(self, step: Any) -> None:
        self.seen.append(step)


class Failing:
    """Fail in a hook."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.calls = 0

    @hookimpl
    def step_finished(self) -> None:
        self.calls += 1
        raise self.error


def hook_plugin(site: Any, name: str, source: str) -> None:
    """Install a distribution whose module offers hooks."""
    module = name.replace("-", "_")
    head = "from smolagents.hooks import hookimpl\n"
    site.add(name, f"[smolagents.hooks]\n{name} = {module}\n", **{module: head + textwrap.dedent(source)})


def test_an_observer_gets_the_arguments_that_it_wants(registered: Any) -> None:
    observer = registered(Observer())
    plugins.notify("step_finished", **STEP)
    assert observer.seen == ["a step"]


def test_observes_tells_whether_anybody_listens(registered: Any) -> None:
    observer = Observer()
    assert not plugins.observes("step_finished")
    registered(observer)
    assert plugins.observes("step_finished")
    assert not plugins.observes("model_called")
    plugins.unregister(observer)
    assert not plugins.observes("step_finished")


@pytest.mark.parametrize("error", [ValueError("boom"), SystemExit(1), GeneratorExit()])
def test_a_failing_observer_is_reported_once_and_left_out(registered: Any, error: BaseException) -> None:
    failing = registered(Failing(error), f"failing-with-{type(error).__name__}")
    observer = registered(Observer())
    with pytest.warns(PluginWarning) as caught:
        plugins.notify("step_finished", **STEP)
    plugins.notify("step_finished", **STEP)
    (warning,) = caught
    assert str(warning.message).startswith(
        f"plugin failing-with-{type(error).__name__} of this program failed in hook step_finished and is left out: "
        f"{type(error).__name__}"
    )
    assert failing.calls == 1
    assert observer.seen == ["a step", "a step"]


def test_ctrl_c_in_a_hook_is_not_swallowed(registered: Any) -> None:
    registered(Failing(KeyboardInterrupt()))
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            plugins.notify("step_finished", **STEP)


def test_strict_raises_what_would_be_reported(registered: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOLAGENTS_STRICT_PLUGINS", "1")
    registered(Failing(ValueError("boom")), "strictly")
    with pytest.raises(
        BrokenPluginError, match=r"plugin strictly of this program failed in hook step_finished.*boom"
    ) as caught:
        plugins.notify("step_finished", **STEP)
    assert isinstance(caught.value.__cause__, ValueError)


def test_trace_tells_what_is_loaded_and_fired(site: Any) -> None:
    hook_plugin(site, "acme-traced", "@hookimpl\ndef step_finished(): raise ValueError('boom')")
    code = "from smolagents import plugins; plugins.notify('step_finished', agent=None, run_id='', step=None)"
    done = site.python("-c", code, SMOLAGENTS_TRACE_PLUGINS="1", SMOLAGENTS_PLUGINS="acme-traced")
    assert "load plugin acme-traced of acme-traced 1.0: acme_traced" in done.stderr
    assert "hook step_finished -> plugin acme-traced of acme-traced 1.0" in done.stderr
    assert "Traceback" in done.stderr
    assert "Traceback" not in site.python("-c", code, SMOLAGENTS_PLUGINS="acme-traced").stderr


def test_the_last_registered_is_called_first_unless_it_says_otherwise(registered: Any) -> None:
    order: list[str] = []

    def plugin(name: str, **options: bool) -> Any:
        @hookimpl(**options)
        def step_finished() -> None:
            order.append(name)

        return SimpleNamespace(step_finished=step_finished)

    for name, options in (("first", {}), ("last", {"trylast": True}), ("second", {}), ("eager", {"tryfirst": True})):
        registered(plugin(name, **options), name)
    plugins.notify("step_finished", **STEP)
    assert order == ["eager", "second", "first", "last"]


def test_installed_hooks_are_called_in_the_order_of_their_names(site: Any) -> None:
    for name in ("acme-z", "acme-a", "acme-m"):
        hook_plugin(site, name, "@hookimpl\ndef step_finished(): print(__name__)")
    fire = "from smolagents import plugins; plugins.notify('step_finished', agent=None, run_id='', step=None)"
    assert site.output(fire, SMOLAGENTS_PLUGINS="acme-a acme-m acme-z").split() == ["acme_a", "acme_m", "acme_z"]


def test_first_result_wins_and_none_passes_on(registered: Any) -> None:
    class Chooser:
        def __init__(self, answer: Any) -> None:
            self.answer = answer

        @hookimpl
        def resolve_model(self, spec: str) -> Any:
            return self.answer and f"{self.answer} for {spec}"

    assert plugins.first("resolve_model", spec="x") is None
    for answer in ("third", "second", None):
        registered(Chooser(answer))
    assert plugins.first("resolve_model", spec="x") == "second for x"


def test_contribute_hands_over_each_result_and_leaves_out_who_is_refused(registered: Any) -> None:
    class Contributor:
        def __init__(self, result: Any) -> None:
            self.result = result

        @hookimpl
        def prompt_templates(self) -> Any:
            return self.result

    for result in ("good", None, "bad", "better"):
        registered(Contributor(result), f"contributor-{result}")
    accepted: list[str] = []

    def accept(result: str) -> None:
        if result == "bad":
            raise ValueError("that is bad")
        accepted.append(result)

    with pytest.warns(
        PluginWarning, match="contributor-bad of this program failed in hook prompt_templates.*that is bad"
    ):
        plugins.contribute("prompt_templates", accept, name="n", templates={})
    plugins.contribute("prompt_templates", accept, name="n", templates={})
    assert accepted == ["better", "good"] * 2


def test_a_plugin_that_fails_to_load_is_named_once_and_the_others_work(site: Any) -> None:
    hook_plugin(site, "acme-sick", "raise RuntimeError('sick')")
    hook_plugin(site, "acme-quits", "raise SystemExit('bye')")
    hook_plugin(site, "acme-well", "@hookimpl\ndef step_finished(): print('told')")
    done = site.python(
        "-c",
        "from smolagents import plugins\n"
        "for _ in range(3): plugins.notify('step_finished', agent=None, run_id='', step=None)",
        SMOLAGENTS_PLUGINS="acme-sick,acme-well,acme-quits",
    )
    assert done.returncode == 0
    assert done.stdout.split() == ["told"] * 3
    for line in (
        "acme-sick 1.0 offers no usable hooks and is left out: RuntimeError: sick",
        "acme-quits 1.0 offers no",
    ):
        assert done.stderr.count(line) == 1


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("@hookimpl\ndef step_finish(): pass", "there is no hook step_finish, did you mean step_finished?"),
        ("@hookimpl\ndef step_finished(stp): pass", "'stp'"),
        (
            "@hookimpl\nasync def step_finished(): pass",
            "step_finished is async or a generator: hooks are plain functions",
        ),
        ("@hookimpl\ndef step_finished(): yield", "step_finished is async or a generator: hooks are plain functions"),
        ("@hookimpl(wrapper=True)\ndef step_finished(): return (yield)", "step_finished is a hook wrapper"),
        ("def step_finished(): pass", "it implements no hook: mark functions @hookimpl"),
    ],
)
def test_implementations_that_do_not_fit_are_refused_with_the_reason(site: Any, source: str, reason: str) -> None:
    hook_plugin(site, "acme-misfit", source)
    done = site.python(
        "-W",
        "always",
        "-c",
        "from smolagents import plugins; plugins.notify('step_finished', agent=None, run_id='', step=None)",
        SMOLAGENTS_PLUGINS="acme-misfit",
    )
    assert done.returncode == 0, done.stderr
    assert "plugin acme-misfit of acme-misfit 1.0 offers no usable hooks and is left out" in done.stderr
    assert reason in done.stderr


def test_a_class_is_no_plugin_object() -> None:
    with pytest.raises(ValueError, match="Observer is a class: offer an instance of it, or a module"):
        plugins.register(Observer)


def test_hooks_installed_at_run_time_are_seen_after_a_refresh(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOLAGENTS_PLUGINS", "acme-later")
    assert not plugins.observes("step_finished")
    hook_plugin(site, "acme-later", "seen = []\n@hookimpl\ndef step_finished(step): seen.append(step)")
    assert not plugins.observes("step_finished")
    plugins.refresh()
    assert plugins.observes("step_finished")
    plugins.notify("step_finished", **STEP)
    import acme_later

    assert acme_later.seen == ["a step"]
    monkeypatch.setenv("SMOLAGENTS_DISABLE_PLUGINS", "1")
    plugins.refresh()
    assert not plugins.observes("step_finished")


def test_a_plugin_may_fire_hooks_while_it_is_imported(site: Any) -> None:
    hook_plugin(
        site,
        "acme-early",
        """
        from smolagents import plugins
        print("at import:", plugins.observes("step_finished"))

        @hookimpl
        def step_finished(): print("told")
        """,
    )
    fire = "from smolagents import plugins; plugins.notify('step_finished', agent=None, run_id='', step=None)"
    assert site.output(fire, SMOLAGENTS_PLUGINS="acme-early") == "at import: False\ntold"


def test_without_hook_plugins_pluggy_is_not_imported(site: Any) -> None:
    site.add("acme-tool", "[smolagents.tools]\nAcmeTool = acme_tool:AcmeTool\n")
    printed = site.output(
        """
        import sys
        from smolagents import plugins
        print(plugins.observes("step_finished"))
        plugins.notify("step_finished", agent=None, run_id="", step=None)
        print("pluggy" in sys.modules, "smolagents.hooks" in sys.modules)
        """,
        SMOLAGENTS_PLUGINS="acme-tool",
    )
    assert printed == "False\nFalse False"


def test_a_listener_that_fails_in_many_threads_is_reported_once(registered: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    registered(Failing(ValueError("boom")), "in-threads")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: plugins.notify("step_finished", **STEP), range(64)))
    assert [type(warning.message) for warning in caught] == [PluginWarning]
