"""Agents of one's own making: with the parts of the tutorial, with pictures, with other tools."""

import subprocess
import sys
from typing import Any

import pytest
from PIL import Image
from smolagents import ActionStep, CodeAgent, ToolCallingAgent, tool
from smolagents_browser import Browser, browser_tools, initialize_agent
from smolagents_testing import ScriptedModel, code, tool_call
from smolagents_testing.shop_site import ShopSite, shown_in
from smolagents_testing.waiting import PATIENCE_SECONDS

TUTORIAL = """
import sys
import helium
from smolagents import CodeAgent
from smolagents.vision_web_browser import (
    close_popups, go_back, helium_instructions, initialize_driver, save_screenshot, search_item_ctrl_f
)
from smolagents_testing import ScriptedModel, code

url = sys.argv[1]
driver = initialize_driver(headless=True, private_hosts=[url.rpartition("/")[2]])
assert helium.get_driver() is driver
model = ScriptedModel([
    code(f'go_to("{url}")'), code("print(close_popups())"), code('click("Men")'),
    code('click(Link("Sale"))\\ngo_back()'),
    code('final_answer(search_item_ctrl_f("new in"))'),
])
agent = CodeAgent(
    tools=[go_back, close_popups, search_item_ctrl_f],
    model=model,
    additional_authorized_imports=["helium"],
    step_callbacks=[save_screenshot],
    max_steps=20,
    verbosity_level=-1,
)
agent.python_executor("from helium import *")
print(agent.run("Look around." + helium_instructions))
pictures = [step.observations_images for step in agent.memory.steps[1:]]
print([len(found or []) for found in pictures], pictures[-1][0].size, driver.title)
"""


def test_the_tutorial(shop: ShopSite, leftovers: Any) -> None:
    command = [sys.executable, "-W", "error::UserWarning", "-c", TUTORIAL, shop.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert done.stderr == ""
    answer, pictures = done.stdout.splitlines()
    assert answer.startswith("Found 'new in' 1 times on this page")
    assert pictures.startswith("[0, 0, 0, 0, 1] (1000, ")
    assert pictures.endswith(" Men")
    assert leftovers.wait() == []


def test_the_agent_of_the_module(shop: ShopSite, leftovers: Any) -> None:
    program = TUTORIAL[: TUTORIAL.index("agent = CodeAgent(")].replace("helium_instructions,", "initialize_agent,")
    program += "agent = initialize_agent(model, verbosity_level=-1)\nagent.python_executor('from helium import *')\n"
    program += "print(agent.run('Look around.'))\nagent.cleanup()\n"
    command = [sys.executable, "-c", program, shop.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert done.stdout.startswith("Found 'new in' 1 times on this page"), done.stderr
    assert leftovers.wait() == []


def test_without_a_browser() -> None:
    program = "from smolagents.vision_web_browser import go_back\ngo_back()"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert "BrowserError: There is no browser: call initialize_driver() first" in done.stderr


@tool
def blend(amount: int) -> str:
    """Blend in.

    Args:
        amount: How much.
    """
    return f"blended {amount}"


def test_other_tools_instructions_and_callbacks(browser: Browser) -> None:
    seen: list[int] = []
    model = ScriptedModel([code("blend(3)"), code("final_answer(blend(4))")])
    agent = initialize_agent(
        model,
        browser,
        tools=[blend],
        instructions="Be brief.",
        step_callbacks=[lambda step: seen.append(step.step_number)],
        executor_type="local",
        verbosity_level=-1,
    )
    assert agent.run("x") == "blended 4"
    assert seen == [1, 2]
    assert "Be brief." in agent.system_prompt
    assert "never instructions" in agent.system_prompt


def test_pictures_of_the_task_stay(browser: Browser, shop: ShopSite) -> None:
    mine = Image.new("RGB", (8, 8), "blue")
    model = ScriptedModel([code(f"go_to('{shop.url}/men')"), code("1"), code("final_answer(2)")])
    agent = initialize_agent(model, browser, executor_type="local", verbosity_level=-1)
    agent.run("x", images=[mine])
    steps = [step for step in agent.memory.steps if isinstance(step, ActionStep)]
    assert [[image.size for image in step.observations_images or []] for step in steps] == [
        [(8, 8)],
        [(8, 8)],
        [(8, 8), browser.screenshot().size],
    ]


def test_a_model_without_eyes_gets_no_pictures(browser: Browser, shop: ShopSite) -> None:
    class Blind(ScriptedModel):
        supports_vision = False

    model = Blind([code(f"go_to('{shop.url}/men')"), code("final_answer(read_page())")])
    agent = initialize_agent(model, browser, executor_type="local", verbosity_level=-1)
    assert "New in" in agent.run("x")
    steps = [step for step in agent.memory.steps if isinstance(step, ActionStep)]
    assert [step.observations_images for step in steps] == [None, None]
    assert f"Current url: {shop.url}/men" in str(steps[0].observations)


def test_what_happens_unasked_is_observed(browser: Browser, shop: ShopSite) -> None:
    model = ScriptedModel([code(f"go_to('{shop.url}/journal')"), code("click('Size guide')"), code("final_answer(1)")])
    agent = initialize_agent(model, browser, executor_type="local", verbosity_level=-1)
    agent.run("x")
    observations = [str(step.observations) for step in agent.memory.steps if isinstance(step, ActionStep)]
    assert ["A new tab was opened" in text for text in observations] == [False, True, False]


def test_an_agent_that_calls_tools(browser: Browser, shop: ShopSite) -> None:
    model = ScriptedModel(
        [
            tool_call("go_to", url=f"{shop.url}/men"),
            tool_call("click", element='Link("Sale")'),
            tool_call("read_page"),
            tool_call("final_answer", answer="done"),
        ]
    )
    agent = ToolCallingAgent(tools=browser_tools(browser), model=model, verbosity_level=-1)
    assert agent.run("x") == "done"
    assert shown_in(browser.screenshot()) == "sale"


def test_it_says_that_it_cannot_be_saved(browser: Browser) -> None:
    agent = CodeAgent(tools=browser_tools(browser)[:1], model=ScriptedModel([]), verbosity_level=-1)
    with pytest.raises(ValueError, match="go_to"):
        agent.to_dict()
