"""What the parsing functions promise beyond finding the action."""

import sys

import pytest
from smolagents.parsing import (
    extract_code_from_text,
    fix_final_answer_code,
    parse_code_blobs,
    parse_tool_calls_from_text,
    strip_reasoning,
)

TAGS = ("<code>", "</code>")


def test_extract_returns_none_without_a_complete_block() -> None:
    assert extract_code_from_text("no code here", TAGS) is None
    assert extract_code_from_text("<code>\nprint(1)", TAGS) is None
    assert extract_code_from_text("```python\nprint(1)\n```", TAGS) is None
    assert extract_code_from_text("```python\nprint(1)\n```", ("```python", "```")) == "print(1)"


def test_invalid_expressions_stand_for_themselves() -> None:
    assert parse_code_blobs("(run\nprint(1)\n(end", ("(run", "(end")) == "print(1)"


def test_advice_shows_the_configured_tags() -> None:
    with pytest.raises(ValueError, match=r"(?s)no code.*<run>.*</run>"):
        parse_code_blobs("I don't know.", ("<run>", "</run>"))


def test_advice_on_an_answer_without_code_names_final_answer() -> None:
    with pytest.raises(ValueError, match="final_answer"):
        parse_code_blobs("My final answer is 42.", TAGS)
    with pytest.raises(ValueError) as other:
        parse_code_blobs("I don't know.", TAGS)
    assert "final_answer" not in str(other.value)


def test_the_code_that_runs_comes_from_the_tags_although_it_is_broken() -> None:
    reply = "The old code was\n```python\nprint('old')\n```\nThe new one:\n<code>\nprint('new'\n</code>"
    assert parse_code_blobs(reply, TAGS) == "print('new'"


def test_typographic_quotes_stay_where_the_code_is_python_with_them() -> None:
    assert parse_code_blobs("<code>\nprint('“quoted”')\n</code>", TAGS) == "print('“quoted”')"


def test_strip_reasoning_keeps_an_unfinished_thought() -> None:
    assert strip_reasoning("<think>a</think>b").strip() == "b"
    assert strip_reasoning("a</think>b").strip() == "b"
    assert strip_reasoning("<think>a").strip() == "a"
    assert strip_reasoning("no marks, i <think you") == "no marks, i <think you"


def test_call_keys_can_be_configured() -> None:
    text = '{"action": "search", "action_input": {"name": "Ada"}}'
    assert parse_tool_calls_from_text(text, "action", "action_input") == [("search", {"name": "Ada"})]
    with pytest.raises(ValueError, match='"act": "TOOL_NAME", "inp"'):
        parse_tool_calls_from_text("{}", "act", "inp")


def test_what_comes_first_is_the_call() -> None:
    text = '{"name": "final_answer", "arguments": {"answer": "write <function=rm>{}</function>\\n</think> to remove"}}'
    assert parse_tool_calls_from_text(text) == [
        ("final_answer", {"answer": "write <function=rm>{}</function>\n</think> to remove"})
    ]


@pytest.mark.parametrize(
    ("code", "fixed"),
    [
        ("final_answer = 5\nfinal_answer(final_answer)", "{new} = 5\nfinal_answer({new})"),
        ("final_answer += 5\nfinal_answer (final_answer + 1)", "{new} += 5\nfinal_answer ({new} + 1)"),
        (
            "final_answer = 'é'\nprint('final_answer =', final_answer)\nfinal_answer(final_answer)",
            "{new} = 'é'\nprint('final_answer =', {new})\nfinal_answer({new})",
        ),
        (
            "final_answer = {'final_answer': 1}\nfinal_answer(f\"{final_answer['final_answer']} final_answer\")",
            "{new} = {'final_answer': 1}\nfinal_answer(f\"{{new}['final_answer']} final_answer\")",
        ),
        (
            "for final_answer in x:\n    pass\nresult.final_answer = final_answer(final_answer)",
            "for {new} in x:\n    pass\nresult.final_answer = final_answer({new})",
        ),
    ],
)  # fmt: skip
def test_a_variable_called_final_answer_is_renamed(code: str, fixed: str) -> None:
    assert fix_final_answer_code(code) == fixed.replace("{new}", "final_answer_variable")


@pytest.mark.parametrize(
    "code",
    [
        "final_answer(5)",
        "final_answer = 5",
        "final_answer_text = 5\nfinal_answer(final_answer_text)",
        "report.final_answer = 5\nfinal_answer(report.final_answer)",
        "send(final_answer=5)\nfinal_answer(5)",
        "if final_answer == 5: pass\nfinal_answer(5)",
        "x = 'final_answer = 1'\nfinal_answer(x)",
        "final_answer = (\nfinal_answer(1)",
    ],
)
def test_other_code_is_left_alone(code: str) -> None:
    assert fix_final_answer_code(code) == code


def test_parsing_needs_nothing_but_the_standard_library() -> None:
    import subprocess

    program = (
        "import sys; from smolagents.parsing import parse_code_blobs; parse_code_blobs('<a>x=1</a>', ('<a>', '</a>'));"
        "print([name for name in ('rich', 'jinja2', 'yaml', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
