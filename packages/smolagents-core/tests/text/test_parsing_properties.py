"""Whatever a model writes, parsing finds the program in it or raises ValueError, in time that grows with the length."""

import json

import pytest
from hypothesis import example, given, settings, strategies as st
from smolagents.parsing import (
    extract_code_from_text,
    fix_final_answer_code,
    parse_code_blobs,
    parse_tool_calls_from_text,
    strip_reasoning,
)

TAGS = ("<code>", "</code>")
MARKDOWN = ("```python", "```")

STATEMENTS = [
    "x = 1",
    "print('a', \"b\")",
    "import math\nprint(math.pi)",
    "def f(a, b=2):\n    # add\n    return a + b",
    "for i in range(3):\n    if i:\n        print(i)",
    's = """two\n  lines"""',
    "html = '<code>x</code>'",
    "text = '''\n```\nfenced\n```\n'''",
    "parts = reply.split('</think>')",
    "final_answer({'a': [1, 2, 3]})",
    "data = {\n    'k': 'v',\n}",
    "r = await search(query='x')",
    "name = “x”" if False else "name = '“x”'",
]
programs = st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=4).map("\n".join)

SPELLINGS = {
    "tags": "<code>\n{}\n</code>",
    "tags after a thought": "Thought: I do it.\n<code>\n{}\n</code>",
    "text after the tags": "Thought: I do it.\n<code>\n{}\n</code>\nThen I'll read the output.",
    "thinking before": "<think>\nMaybe <code>\nfoo(\n</code> or ```\nbar(\n```\n</think>\nOK.\n<code>\n{}\n</code>",
    "thinking without its opening mark": "I could use loops.\n</think>\n<code>\n{}\n</code>",
    "fence": "Here:\n```python\n{}\n```",
    "fence and text": "Here:\n```py\n{}\n```\nDone.",
    "capital fence": "```Python\n{}\n```",
    "tool_code fence": "```tool_code\n{}\n```",
    "long fence": "````python\n{}\n````",
    "tilde fence": "~~~python\n{}\n~~~",
    "fence without a language": "```\n{}\n```",
    "fence in tags": "<code>\n```python\n{}\n```\n</code>",
    "tags in a fence": "```python\n<code>\n{}\n</code>\n```",
    "missing closing tag": "Thought: I do it.\n<code>\n{}",
    "fence with the agent's closing tag": "Here:\n```python\n{}\n```</code>",
    "bare": "{}",
    "bare with the closing tag": "{}\n</code>",
    "python tag": "<|python_tag|>{}<|eom_id|>",
    "brackets": "[PYTHON]\n{}\n[/PYTHON]",
}
# A fence or tag inside a string of the program can't be told from the end of a block that has no other end.
AMBIGUOUS = {"missing closing tag", "bare with the closing tag", "bare", "python tag", "brackets", "tags in a fence"}


@pytest.mark.parametrize("spelling", SPELLINGS)
@given(program=programs)
@settings(max_examples=60, deadline=None)
def test_any_program_comes_back_from_any_spelling(spelling: str, program: str) -> None:
    if spelling in AMBIGUOUS and any(mark in program for mark in ("code>", "```", "think>")):
        return
    assert parse_code_blobs(SPELLINGS[spelling].replace("{}", program), TAGS) == program


@given(program=programs)
@settings(max_examples=60, deadline=None)
def test_indented_fences_lose_their_indentation(program: str) -> None:
    if "```" in program or "'''" in program or '"""' in program:
        return
    indented = "\n".join(f"   {line}" if line else "" for line in program.split("\n"))
    assert parse_code_blobs(f"1. Do this:\n\n   ```python\n{indented}\n   ```", TAGS) == program


@given(program=programs)
@settings(max_examples=60, deadline=None)
def test_code_in_json_comes_back(program: str) -> None:
    reply = json.dumps({"thought": "I do <code>it</code>.", "code": program})
    assert parse_code_blobs(reply, TAGS) == program
    assert parse_code_blobs(f"```json\n{reply}\n```", TAGS) == program


@given(blocks=st.lists(programs, min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_several_blocks_are_joined_by_a_blank_line(blocks: list[str]) -> None:
    reply = "\nand then\n".join(f"<code>\n{block}\n</code>" for block in blocks)
    assert parse_code_blobs(reply, TAGS) == "\n\n".join(blocks)
    assert extract_code_from_text(reply, TAGS) == "\n\n".join(blocks)


@given(
    call=st.dictionaries(
        st.text(min_size=1),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=8,
        ),
    )
)
@settings(max_examples=100, deadline=None)
def test_json_and_python_literals_of_a_call_come_back(call: dict[str, object]) -> None:
    strict = json.dumps({"name": "tool", "arguments": call})
    assert parse_tool_calls_from_text(f"Thus:\n{strict}\nThat's it.") == [("tool", call)]


FRAGMENTS = [
    "<code>", "</code>", "```", "```python\n", "~~~", "<think>", "</think>", "{", "}", "[", "]", '"', "'", "\\",
    "\n", " ", "print(1)", "x = ", "name", '"name": "f"', "arguments", ":", ",", "<|channel|>analysis<|message|>",
    "<|end|>", "Action:", "Action Input:", "<tool_call>", "</tool_call>", "<function=f>", "<parameter=",
    "[TOOL_CALLS]", "\x00", "\ud800", "é", "“", "<｜tool▁call▁begin｜>", "<arg_key>", "#", "/*", "//", "(", ")",
]  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=40).map("".join))
@settings(max_examples=600, deadline=None)
@example("{" * 5000)
@example("(" * 5000 + ")" * 5000)
@example("-" * 20000 + "1")
@example("f(" * 3000)
@example("1+" * 20000 + "1")
@example("x" + ".a" * 20000)
def test_nothing_but_value_errors(text: str) -> None:
    for parse in (
        lambda: parse_code_blobs(text, TAGS),
        lambda: parse_code_blobs(text, MARKDOWN),
        lambda: parse_code_blobs(text, ("(unbalanced", "[")),
        lambda: parse_tool_calls_from_text(text),
    ):
        try:
            parse()
        except ValueError:
            pass
    extract_code_from_text(text, TAGS)
    strip_reasoning(text, TAGS)
    fix_final_answer_code(text)


HOSTILE = [
    "`", "~", "<code>", "</code>", "<code>(</code>", "<think>", "</think>", "<think></think>", "<code><think>", "{",
    "[", '{"', "{'a':", "```\n", "```python\n", "```a\nb``` ", "~~~\n```\n", "\n", " \n", " ", "\n\n \t",
    "Action: x\n", "Action:", "Action: x\n\n\n\n", "print(1)\n", "x:\n", "<function=a>", "<tool_call>x<arg_key>",
    "<parameter=a>", '<invoke name="a">', "<｜tool▁call▁begin｜>a", "[TOOL_CALLS]a{", "/*", "//", "#", "<|channel|>",
    "<|channel|>a to=", "<|message|>", "[TOOL_CALLS]", "(", "f(", "a (b)\n", '"""', "{'''", '{"a":"', "[{", "\\",
    '{"\\', '{"a": [', "<|tool_call_begin|>a<|tool_call_argument_begin|>", "<code>\nx\n```", "“",
    "final_answer = final_answer(", "[PYTHON]",
]  # fmt: skip


@pytest.mark.parametrize("fragment", HOSTILE)
def test_hostile_output_ends_at_once(fragment: str) -> None:
    # Nothing is timed here; what takes quadratic time on one of these takes minutes.
    text = fragment * (100_000 // len(fragment))
    for parse in (lambda: parse_code_blobs(text, TAGS), lambda: parse_tool_calls_from_text(text)):
        try:
            found = parse()
        except ValueError as error:
            found = str(error)
        assert found
    assert len(fix_final_answer_code(text)) >= len(text)
