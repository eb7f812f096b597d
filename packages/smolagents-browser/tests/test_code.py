"""Code for helium, as models write it, in the executors that core brings: it works, or is told what to do instead."""

from collections.abc import Iterator
from typing import Any

import pytest
from smolagents import LocalPythonExecutor, ProcessExecutor
from smolagents.executors import PythonExecutor
from smolagents_browser import HeliumExecutor
from smolagents_browser.imports import without_helium_imports
from smolagents_testing.shop_site import ShopSite


@pytest.fixture(params=[LocalPythonExecutor, ProcessExecutor])
def run(request: pytest.FixtureRequest, tools: dict[str, Any]) -> Iterator[HeliumExecutor]:
    inner: PythonExecutor = request.param([], timeout_seconds=60)
    executor = HeliumExecutor(inner)
    executor.send_tools(tools)
    executor.send_variables({"answer": 42})
    yield executor
    executor.cleanup()


def test_what_models_write(run: HeliumExecutor, shop: ShopSite) -> None:
    run(f"from helium import *\ngo_to('{shop.url}/men')")
    assert run('Link("Sale").exists(), Link("Silk").exists()').output == (True, False)
    assert "Men's sale" in run('import helium\nhelium.click(helium.Link("Sale"))').output
    assert run('[item.text for item in find_all(S(".item a"))]').output == ["Linen shirt", "Wool coat"]
    assert run('S(".item b").text, Text("$180", to_right_of=Link("Wool")).value').output == ("$39.00", "$180.00")
    assert run('Link("Linen").href').output == f"{shop.url}/item/linen-shirt"
    assert run('S(".item a").web_element.get_attribute("href")').output == "/item/linen-shirt"
    assert (
        "Linen shirt" in run("click(find_all(S('.item a'))[0])\nwait_until(Button('Add').exists)\nread_page()").output
    )
    assert run("Button('Add').width > 20, ComboBox('Shopping').value").output == (True, "US")
    assert "Scrolled" in run("scroll_down(num_pixels=1200)").output
    assert (
        "Now at"
        in run("from selenium.webdriver.common.keys import Keys\npress(Keys.ESCAPE)\npress(CONTROL + 'a')").output
    )
    assert run("answer").output == 42


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("start_chrome('x.com')", "start_chrome is not available here. The browser is running already: use go_to"),
        ("get_driver().page_source", "get_driver is not available here"),
        ("from helium import kill_browser\nkill_browser()", "kill_browser is not available here"),
        ("Alert().accept()", "Dialogs of the page are dismissed by themselves"),
        ("attach_file('/etc/passwd', to='Photo')", "Files of this machine can't be sent to pages"),
        (
            "from selenium import webdriver\nwebdriver.Chrome()",
            "selenium is not available here. The browser is running",
        ),
        ("import selenium.webdriver as w", "selenium is not available here"),
        ("import os, helium", "Import of os is not allowed"),
        ("Link('Silk').text", "Link('Silk') is not visible on this page"),
        ("wait_until(Link('Silk').exists, timeout_secs=0.3)", "it has not come true within 0.3 seconds"),
        ("click(Link('Silk', 'Sale'))", "positional"),
        ("click(Link('Silk', beside='Sale'))", "Link has no beside: places are below, to_right_of"),
    ],
)
def test_what_is_not_offered(run: HeliumExecutor, shop: ShopSite, code: str, hint: str) -> None:
    run(f"go_to('{shop.url}/men')")
    with pytest.raises(Exception, match=r"(?s)due to: ") as caught:
        run(code)
    assert hint in str(caught.value)


def test_names_are_there_again_after_the_process_was_lost(tools: dict[str, Any]) -> None:
    with ProcessExecutor(timeout_seconds=60) as inner:
        run = HeliumExecutor(inner)
        run.send_tools(tools)
        run("Link('x')")
        inner._connection.transport.kill()  # type: ignore[union-attr]
        with pytest.raises(Exception, match="worker"):
            run("Link('x')")
        assert run("str(Link('x'))").output == "Link('x')"


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        ("x = 1", "x = 1"),
        ("from helium import *\nclick('a')", "pass\nclick('a')"),
        ("import helium as h; h.click('é'); from helium import Link", "h = helium; h.click('é'); pass"),
        ("é = 1; from helium import (Link as L,\n    Text)\nL", "é = 1; L = helium.Link\\\n\nL"),
        ("import re, helium", "import re"),
        ("def f():\n    from helium import *\n    return 1", "def f():\n    pass\n    return 1"),
        ("from selenium.webdriver.common.keys import Keys", "pass"),
        ("from selenium.webdriver import Keys as K", "K = Keys"),
        ("from selenium import webdriver", "selenium()"),
        ("from .helium import x", "from .helium import x"),
        ("import helium.api", "import helium.api"),
        ("import helium(", "import helium("),
        ("print('import helium')", "print('import helium')"),
    ],
)
def test_imports_of_helium(code: str, becomes: str) -> None:
    assert without_helium_imports(code) == becomes
