"""`python -m smolagents plugins …` over real distributions."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

TOOL = """
from smolagents import Tool

class AcmeTool(Tool):
    name = "acme"
    description = "Counts letters."
    inputs = {"text": {"type": "string", "description": "The text."}}
    output_type = "integer"

    def forward(self, text: str) -> int:
        return len(text)
"""


def rows(listing: str) -> dict[str, list[str]]:
    """Return the cells of a listing's lines by name."""
    return {line.split()[0]: line.split() for line in listing.splitlines()}


def findings(done: Any) -> list[str]:
    """Return what `check` found, a line each, without the heading and the sum."""
    return [line.strip() for line in done.stdout.splitlines() if line.startswith("  ")]


def test_list_shows_every_name_and_its_state(site: Any) -> None:
    site.add("acme", "[smolagents.tools]\nAcmeTool = acme_plugin:AcmeTool\n", acme_plugin=TOOL, version="1.2")
    site.add("acme-gone", "[smolagents.models]\nAcmeGone = acme_gone:AcmeGone\n")
    site.add("acme-thief", "[smolagents.models]\nCodeAgent = acme_thief:CodeAgent\n", acme_thief="raise SystemExit")
    site.add("acme-hooks", "[smolagents.hooks]\nacme = acme_hooks\n", acme_hooks="raise SystemExit")
    listing = site.command("list")
    assert (listing.returncode, listing.stderr) == (0, "")
    lines = rows(listing.stdout)
    assert lines["NAME"] == ["NAME", "KIND", "DISTRIBUTION", "VERSION", "STATE"]
    assert lines["AcmeTool"] == ["AcmeTool", "tools", "acme", "1.2", "ok"]
    assert lines["acme"] == ["acme", "hooks", "acme-hooks", "1.0", "ok"]
    assert " ".join(lines["AcmeGone"][4:]).startswith("broken: there is no module acme_gone; reinstall it: pip install")
    assert " ".join(lines["CodeAgent"][4:]) == "shadowed: the name CodeAgent belongs to smolagents-core"


def test_a_first_party_package_without_names_is_listed_told_and_checked(site: Any) -> None:
    site.add("smolagents-tools-langchain", "", smolagents_tools_langchain="def tool_from_langchain(tool): ...")
    row = rows(site.command("list").stdout)["smolagents_tools_langchain"]
    assert row[1:] == ["packages", "smolagents-tools-langchain", "1.0", "ok"]
    assert "packages smolagents_tools_langchain" in site.command("info", "smolagents-tools-langchain").stdout
    assert site.command("check", "smolagents-tools-langchain").returncode == 0
    disabled = rows(site.command("list", SMOLAGENTS_PLUGINS="acme").stdout)["smolagents_tools_langchain"]
    assert disabled[4] == "disabled:"


def test_list_as_json(site: Any) -> None:
    site.add("acme", "[smolagents.tools]\nAcmeTool = acme_plugin:AcmeTool\n", acme_plugin=TOOL)
    listing = json.loads(site.command("list", "--json").stdout)
    assert listing["api_level"] == 1
    assert listing["notes"] == []
    (entry,) = [entry for entry in listing["plugins"] if entry["distribution"] == "acme"]
    assert entry == {
        "kind": "tools",
        "name": "AcmeTool",
        "value": "acme_plugin:AcmeTool",
        "distribution": "acme",
        "version": "1.0",
        "state": "ok",
        "detail": "",
    }


def test_list_finds_what_is_not_there_without_importing(site: Any) -> None:
    (site.folder / "acme_package").mkdir()
    (site.folder / "acme_package" / "__init__.py").write_text("raise SystemExit('imported')")
    (site.folder / "acme_package" / "real.py").write_text("raise SystemExit('imported')")
    site.add("acme-sub", "[smolagents.extras]\nAcmeReal = acme_package.real:a\nAcmeUnreal = acme_package.unreal:a\n")
    site.add("acme-bare", "[smolagents.extras]\nAcmeBare = acme_package:a\n")
    (site.folder / "acme_bare-1.0.dist-info" / "METADATA").unlink()
    lines = rows(site.command("list").stdout)
    assert lines["AcmeReal"][4] == "ok"
    assert " ".join(lines["AcmeUnreal"][4:]).startswith("broken: there is no module acme_package.unreal")
    assert " ".join(lines["AcmeBare"][4:]).endswith("has no METADATA; reinstall it: pip install acme-bare")


def test_list_names_upstream_and_slips_in_the_allow_list(site: Any) -> None:
    site.add("smolagents", "", version="1.26.0")
    listing = site.command("list", SMOLAGENTS_PLUGINS="acme-nowhere")
    assert "note: The distribution smolagents 1.26.0 is installed over the same package" in listing.stdout
    assert "note: SMOLAGENTS_PLUGINS names acme-nowhere, which is not installed" in listing.stdout


def test_list_loads_no_heavy_module(site: Any) -> None:
    code = """
        import sys
        from smolagents.cli import smolagents_main
        smolagents_main(["plugins", "list"])
        heavy = {"argparse", "dataclasses", "importlib.metadata", "inspect", "json", "pluggy", "re", "rich", "typing"}
        print("loaded:", sorted(heavy & set(sys.modules)))
    """
    assert site.output(code).endswith("loaded: []")


@pytest.mark.parametrize("arguments", ["", "lst", "list --jsn", "new x", "new x --kind y", "info"])
def test_bad_usage_is_exit_code_2(site: Any, arguments: str) -> None:
    done = site.command(*arguments.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: smolagents plugins")


def test_help(site: Any) -> None:
    done = site.command("--help")
    assert done.returncode == 0
    for command in ("list", "info", "install", "new", "check"):
        assert f"\n    {command} " in done.stdout


def test_info_of_a_name_and_of_a_distribution(site: Any) -> None:
    site.add("acme", "[smolagents.tools]\nAcmeTool = acme_plugin:AcmeTool\nAcmeGone = acme_gone:a\n", acme_plugin=TOOL)
    by_name = site.command("info", "AcmeTool").stdout
    assert by_name.startswith("acme 1.0\n  summary: A test.\n")
    assert "  tools AcmeTool = acme_plugin:AcmeTool: ok\n" in by_name
    assert "AcmeGone" not in by_name
    by_distribution = site.command("info", "Acme").stdout
    assert "  tools AcmeTool = acme_plugin:AcmeTool: ok\n" in by_distribution
    assert "  tools AcmeGone = acme_gone:a: broken\n    there is no module acme_gone" in by_distribution


@pytest.mark.parametrize("name", ["LiteLLMRouterModel", "smolagents-models-litellm", "smolagents_models_litellm"])
def test_info_of_what_is_not_installed(site: Any, name: str) -> None:
    done = site.command("info", name)
    assert done.returncode == 0
    assert done.stdout == (
        "smolagents-models-litellm (not installed)\n"
        "  models: LiteLLMModel, LiteLLMRouterModel\n"
        "  install it with: pip install smolagents-models-litellm\n"
    )


def test_info_of_core_and_of_nothing(site: Any) -> None:
    assert "CodeAgent is part of smolagents-core" in site.command("info", "CodeAgent").stdout
    unknown = site.command("info", "LiteLLMModle")
    assert unknown.returncode == 1
    assert "LiteLLMModle is unknown. Did you mean LiteLLMModel" in unknown.stderr


def fake_pip(site: Any) -> None:
    """Put a pip on the path that prints what it is asked to do."""
    (site.folder / "pip").mkdir()
    (site.folder / "pip" / "__main__.py").write_text("import sys; print('pip got', *sys.argv[1:]); sys.exit(7)")
    (site.folder / "pip" / "__init__.py").touch()


@pytest.mark.parametrize("name", ["docker", "DockerExecutor", "smolagents-exec-docker", "smolagents_exec_docker"])
def test_install_shows_and_runs_the_command(site: Any, name: str) -> None:
    fake_pip(site)
    done = site.command("install", name)
    shown, ran = done.stdout.splitlines()
    assert shown.endswith(" -m pip install smolagents-exec-docker")
    assert ran == "pip got install smolagents-exec-docker"
    assert done.returncode == 7


def test_install_never_installs_a_made_up_name(site: Any) -> None:
    fake_pip(site)
    done = site.command("install", "dockr")
    assert (done.returncode, done.stdout) == (2, "")
    assert "No first-party distribution has the name dockr. Did you mean docker" in done.stderr


def test_install_of_what_is_there(site: Any) -> None:
    fake_pip(site)
    site.add("acme", "[smolagents.tools]\nAcmeTool = acme_plugin:AcmeTool\n", acme_plugin=TOOL)
    assert site.command("install", "AcmeTool").stdout == "AcmeTool is offered by acme 1.0, which is installed.\n"
    assert "CodeAgent is part of smolagents-core" in site.command("install", "CodeAgent").stdout
    site.add("smolagents-browser", "", smolagents_browser="")
    assert site.command("install", "smolagents-browser").stdout == "smolagents-browser 1.0 is installed.\n"


def test_check_passes_what_keeps_its_contract(site: Any) -> None:
    site.add(
        "acme",
        """\
        [smolagents.tools]
        AcmeTool = acme_plugin:AcmeTool
        acme = acme_plugin:instance
        [smolagents.models]
        AcmeModel = acme_plugin:AcmeModel
        [smolagents.executors]
        acme_box = acme_plugin:box
        [smolagents.hooks]
        acme = acme_plugin
        """,
        acme_plugin=TOOL
        + """
from smolagents import Model
from smolagents.hooks import hookimpl

instance = AcmeTool()
class AcmeModel(Model): pass
def box(additional_imports, logger, **options): return None
@hookimpl
def run_started(): pass
print("a plugin that prints does not disturb")
""",
    )
    done = site.command("check", "Acme")
    assert done.returncode == 0, done.stdout
    assert findings(done) == [
        "ok       executors acme_box",
        "ok       hooks acme",
        "ok       models AcmeModel",
        "ok       tools acme",
        "ok       tools AcmeTool",
    ]
    assert done.stdout.endswith("1 distribution checked, no problems\n")


@pytest.mark.parametrize(
    ("kind", "source", "problem"),
    [
        ("models", "Acme = 3", "it is of type int: offer a Model class or a function that returns a model"),
        ("models", "class Acme: pass", "the class is no smolagents.Model and has no method generate(messages, …)"),
        ("models", "Other = 3", "AttributeError: module 'acme_bad' has no attribute 'Acme'"),
        ("models", "1 / 0", "ZeroDivisionError: division by zero"),
        ("models", "import sys; sys.exit('bye')", "SystemExit: bye"),
        ("models", "def broken(:", "SyntaxError: invalid syntax"),
        (
            "tools",
            "def Acme(): pass",
            "it is no Tool: derive the class from smolagents.Tool or mark the function with @tool",
        ),
        ("tools", "from smolagents import Tool\nclass Acme(Tool): name = 'acme'", "TypeError: "),
        ("executors", "def Acme(imports): pass", "must be callable as factory(additional_imports, logger, **options)"),
        ("executors", "class Acme:\n  def __init__(self, i, l): pass", "the class has no method send_tools"),
        ("executors", "Acme = 'docker'", "it is of type str: offer a PythonExecutor class"),
        ("extras", "import json as Acme", "it is a module: name an attribute, as module:attribute"),
        ("hooks", "Acme = object()", "it implements no hook: mark functions @hookimpl"),
        ("models", "import os; os._exit(4)", "the process that loaded it ended with exit code 4"),
    ],
)
def test_check_tells_what_is_wrong(site: Any, kind: str, source: str, problem: str) -> None:
    site.add("acme-bad", f"[smolagents.{kind}]\nAcme = acme_bad:Acme\n", acme_bad=source)
    done = site.command("check", "acme-bad")
    assert done.returncode == 1, done.stderr
    assert any(line.startswith("problem") and problem in line for line in findings(done)), done.stdout
    assert done.stdout.endswith("1 distribution checked, 1 problem\n") or "problems" in done.stdout


def test_check_tells_the_line_that_raised(site: Any) -> None:
    site.add("acme-bad", "[smolagents.models]\nAcme = acme_bad:Acme\n", acme_bad="\n\nraise RuntimeError('boom')")
    assert f"RuntimeError: boom ({site.folder}/acme_bad.py, line 3)" in site.command("check", "acme-bad").stdout


def test_check_names_no_line_of_ours(site: Any) -> None:
    site.add("acme-bad", "[smolagents.models]\nAcme = acme_bad:Acme\n", acme_bad="Other = 3")
    assert findings(site.command("check", "acme-bad")) == [
        "problem  models Acme: AttributeError: module 'acme_bad' has no attribute 'Acme'"
    ]


def test_check_names_the_file_with_the_syntax_error(site: Any) -> None:
    site.add("acme-bad", "[smolagents.models]\nAcme = acme_bad:Acme\n", acme_bad="def broken(:")
    assert f"line 1) in {site.folder}/acme_bad.py" in site.command("check", "acme-bad").stdout


def test_check_reports_heavy_imports(site: Any) -> None:
    (site.folder / "acme_sdk.py").touch()
    source = "import acme_sdk\nfrom smolagents import Model\nclass Acme(Model): pass"
    site.add("acme-heavy", "[smolagents.models]\nAcme = acme_heavy:Acme\n", acme_heavy=source)
    done = site.command("check", "acme-heavy")
    assert done.returncode == 0
    assert findings(done)[0] == "ok       models Acme"
    assert findings(done)[1].startswith("note     importing acme_heavy also imports acme_sdk (")


def test_check_reports_what_metadata_alone_tells(site: Any) -> None:
    site.add(
        "acme-meta",
        """\
        [smolagents.models]
        CodeAgent = acme_meta:a
        AcmeOdd = acme_meta
        [smolagents.models.v99]
        AcmeNew = acme_meta:a
        """,
        acme_meta="a = 1",
    )
    site.add("acme-empty", "[smolagents.models]\n")
    lines = findings(site.command("check", "acme-meta"))
    assert [line.split(":")[0] for line in lines] == [
        "problem  models AcmeNew",
        "problem  models AcmeOdd",
        "problem  models CodeAgent",
    ]
    assert "it offers nothing" in site.command("check", "acme-empty").stdout


def test_check_of_all_goes_on_after_a_bad_one(site: Any) -> None:
    site.add("acme-bad", "[smolagents.models]\nAcmeBad = acme_bad:Acme\n", acme_bad="import os; os._exit(4)")
    site.add("acme-good", "[smolagents.extras]\nAcmeGood = acme_good:Acme\n", acme_good="Acme = 1")
    done = site.command("check")
    assert done.returncode == 1
    assert "ok       extras AcmeGood" in findings(done)
    assert "problem  the process that loaded it ended with exit code 4: no message" in findings(done)


def test_check_of_what_is_not_installed(site: Any) -> None:
    done = site.command("check", "acme-nowhere")
    assert done.returncode == 2
    assert "acme-nowhere is not installed" in done.stderr


@pytest.mark.parametrize("kind", ["model", "tool", "executor", "hooks"])
def test_new_writes_a_distribution(site: Any, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "Smolagents_Weather"
    done = site.command("new", str(folder), "--kind", kind)
    assert done.returncode == 0, done.stderr
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written == {
        "README.md",
        "pyproject.toml",
        "src/smolagents_weather/__init__.py",
        "src/smolagents_weather/py.typed",
        "tests/test_smolagents_weather.py",
    }
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["name"] == "smolagents-weather"
    ((group, entries),) = project["entry-points"].items()
    assert group == ("smolagents.hooks" if kind == "hooks" else f"smolagents.{kind}s")
    assert all(value.partition(":")[0] == "smolagents_weather" for value in entries.values())
    for path in folder.rglob("*.py"):
        compile(path.read_text(), str(path), "exec")
    assert "$" not in "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("1st", "tool", "can't be one; choose a name such as smolagents-weather"),
        ("smolagents", "tool", "can't be one"),
        ("class", "tool", "can't be one"),
        ("json", "tool", "Python has a module json already"),
        ("smolagents-docker", "executor", "the name docker belongs to smolagents-exec-docker"),
        ("smolagents-final-answer", "tool", "the name final_answer belongs to smolagents-core"),
        ("smolagents-core", "tool", "a distribution smolagents-core is installed already"),
    ],
)
def test_new_refuses_names_that_are_taken(site: Any, tmp_path: Path, name: str, kind: str, reason: str) -> None:
    done = site.command("new", str(tmp_path / name), "--kind", kind)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert not (tmp_path / name).exists()


def test_new_overwrites_nothing(site: Any, tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "mine.txt").write_text("mine")
    done = site.command("new", str(tmp_path / "acme"), "--kind", "tool")
    assert done.returncode == 2
    assert "exists and is not an empty folder" in done.stderr
    assert [path.name for path in (tmp_path / "acme").iterdir()] == ["mine.txt"]
