"""The packages that code needs are found, and named the way pip knows them."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, strategies as st
from smolagents._function_type_hints_utils import get_imports, get_package_name
from smolagents.tools.imports import distributions, third_party


@pytest.mark.parametrize(
    ("code", "packages"),
    [
        ("", []),
        ("# import numpy", []),
        ("text = 'import numpy'", []),
        ("import numpy", ["numpy"]),
        ("import numpy as np, pandas.core as pc", ["numpy", "pandas"]),
        ("from torch.nn import Linear\nimport torch", ["torch"]),
        ("import numpy\n        import pandas", ["numpy", "pandas"]),
        ("    import numpy\n    import pandas", ["numpy", "pandas"]),
        ("from a import (\n    b,\n    c,\n)", ["a"]),
        ("def f():\n    import numpy\n    from pandas import DataFrame", ["numpy", "pandas"]),
        ("from .utils import helper\nfrom ..models import Model\nfrom . import x\nimport pandas", ["pandas"]),
        ("try:\n    import torch\nexcept ImportError:\n    import nothing\nimport numpy", ["numpy"]),
        (
            "try:\n            import torch\n        except ImportError:\n            pass\n        import numpy",
            ["numpy"],
        ),
        ("if is_flash_attn_2_available():\n    from flash_attn import f\nimport transformers", ["transformers"]),
        ("if is_flash_attn_2_available():\n        import flash_attn\n    import transformers", ["transformers"]),
        ("if TYPE_CHECKING:\n    import numpy\nelse:\n    import pandas", ["pandas"]),
        ("import wikipediaapi", ["wikipedia-api"]),
        ("!pip install x\nimport numpy  # for arrays\nfrom .a import b", ["numpy"]),
    ],
)
def test_imports_of(code: str, packages: list[str]) -> None:
    assert get_imports(code) == packages


module_names = st.from_regex(r"[a-z]{2,6}(\.[a-z]{2,6})?", fullmatch=True).filter(
    lambda name: not any(part in ("as", "in", "is", "if", "or", "not", "and", "for") for part in name.split("."))
)


@given(st.lists(st.tuples(st.sampled_from(["import {}", "import {} as x", "from {} import y"]), module_names)))
def test_every_import_is_found_once(lines: list[tuple[str, str]]) -> None:
    code = "\n".join(form.format(name) for form, name in lines)
    try:
        compile(code, "<test>", "exec")
    except SyntaxError:  # a keyword
        return
    assert get_imports(code) == list(dict.fromkeys(name.partition(".")[0] for _, name in lines))


def test_package_of_a_module() -> None:
    assert get_package_name("numpy.linalg") == "numpy"
    assert get_package_name("wikipediaapi") == "wikipedia-api"


def test_third_party_leaves_out_the_standard_library_and_has_smolagents() -> None:
    assert third_party(["os", "numpy", "json", "PIL"]) == ["PIL", "numpy", "smolagents"]
    assert third_party([]) == ["smolagents"]


def test_distributions_are_what_pip_installs() -> None:
    assert "yaml" in sys.modules or __import__("yaml")
    assert distributions(["smolagents", "yaml", "numpy", "bs4", "not_installed"]) == [
        "beautifulsoup4",
        "not_installed",
        "numpy",
        "pyyaml",
        "smolagents-core",
    ]


def test_a_module_that_a_program_makes_is_not_fetched_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "acme_made", ModuleType("acme_made"))
    with pytest.warns(UserWarning, match="module acme_made belongs to no installed distribution"):
        assert distributions(["acme_made"]) == []


def test_modules_of_ones_own_are_not_fetched_from_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_helpers.py").write_text("from smolagents import Tool\n\ndef greet(): return 'hi'\n")
    (tmp_path / "acme_own.py").write_text(
        "from acme_helpers import Tool, greet\n\n"
        "class Greet(Tool):\n    name = 'greet'\n    description = 'Greets.'\n    inputs = {}\n"
        "    output_type = 'string'\n\n    def forward(self):\n        return greet()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    tool = import_module("acme_own").Greet()
    with pytest.warns(UserWarning, match="module acme_helpers belongs to no installed distribution"):
        tool.save(tmp_path / "saved")
    assert "acme" not in (tmp_path / "saved/requirements.txt").read_text()
    code = (tmp_path / "saved/tool.py").read_text()
    assert "from smolagents import Tool" in code
    assert "from acme_helpers import greet" in code
