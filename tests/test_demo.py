"""The demo's answer is right: recomputed here in another way, for the repository's lock file and for a changed one."""

import itertools
import json
import subprocess
import sys
import tomllib
from pathlib import Path

from smolagents_testing import FakeOpenAIServer

ROOT = Path(__file__).parent.parent


RECORDING = ROOT / "scripts" / "demo-recording.jsonl"


def run_demo(folder: Path, *arguments: str) -> str:
    """Run the demo's command line on a folder and return the final answer."""
    command = [sys.executable, str(ROOT / "scripts" / "_demo.py"), "--json", *arguments]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    events = [json.loads(line) for line in result.stdout.splitlines()]
    return str(events[-1]["output"])


def expected(lock_file: Path) -> tuple[int, str, int, str]:
    """Return how many third-party distributions there are, the most needed one, by how many, and the chain to it.

    Done by matrix-like closure and by trying all paths of growing length, where the recorded code walks a graph.
    """
    entries = tomllib.loads(lock_file.read_text("utf-8"))["package"]
    edges = set()
    for entry in entries:
        for key in ("dependencies", "optional-dependencies", "dev-dependencies"):
            value = entry.get(key, [])
            for item in itertools.chain.from_iterable(value.values()) if isinstance(value, dict) else value:
                edges.add((entry["name"], item["name"]))
    names = {entry["name"] for entry in entries}
    third_party = {entry["name"] for entry in entries if "registry" in entry["source"]}
    closure = set(edges)
    for middle in names:
        before = {a for a, b in closure if b == middle}
        after = {b for a, b in closure if a == middle}
        closure |= set(itertools.product(before, after))
    count = {name: sum((other, name) in closure for other in third_party - {name}) for name in third_party}
    top = min(third_party, key=lambda name: (-count[name], name))
    paths = [(name,) for name in names - third_party]
    while not any(path[-1] == top for path in paths):
        paths = [(*path, b) for path in paths for a, b in edges if a == path[-1]]
    chain = min(path for path in paths if path[-1] == top)
    return len(third_party), top, count[top], " -> ".join(chain)


def check(answer: str, lock_file: Path) -> None:
    total, top, dependents, chain = expected(lock_file)
    assert f"{total} third-party distributions" in answer
    assert f"most others: {top}, which {dependents} of them" in answer
    assert answer.endswith(chain)


def test_answer_is_right_for_this_workspace() -> None:
    check(run_demo(ROOT), ROOT / "uv.lock")


def test_answer_is_right_after_the_file_has_changed(tmp_path: Path) -> None:
    lock = (ROOT / "uv.lock").read_text("utf-8")
    before = expected(ROOT / "uv.lock")
    # Every third-party distribution now needs one more, which comes in through the new one alone.
    lock = lock.replace(
        'source = { registry = "https://pypi.org/simple" }\nsdist',
        'source = { registry = "https://pypi.org/simple" }\ndependencies = [{ name = "aardvark" }]\nsdist',
    )
    for name, needs in {"aardvark": "", "zebra": 'dependencies = [{ name = "aardvark" }]\n'}.items():
        source = '{ registry = "https://pypi.org/simple" }'
        lock += f'\n[[package]]\nname = "{name}"\nversion = "1"\nsource = {source}\n{needs}'
    changed = tmp_path / "uv.lock"
    changed.write_text(lock, "utf-8")
    assert expected(changed)[:3] != before[:3]
    check(run_demo(tmp_path), changed)


def test_any_model_gets_the_same_task(openai_server: FakeOpenAIServer) -> None:
    openai_server.reply(*(json.loads(turn)["content"] for turn in RECORDING.read_text("utf-8").splitlines()))
    options = ["--model-type", "OpenAIModel", "--model-id", "any"]
    answer = run_demo(ROOT, *options, "--api-base", openai_server.url, "--api-key", openai_server.api_key)
    check(answer, ROOT / "uv.lock")
    assert "uv.lock" in json.dumps(openai_server.requests[0].body)


def test_recording_holds_nothing_of_the_answer() -> None:
    recording = RECORDING.read_text("utf-8")
    total, top, _, chain = expected(ROOT / "uv.lock")
    assert top not in recording
    assert str(total) not in recording
    assert chain not in recording
