"""What is particular to vLLM: forms of answers, what its files recommend, and the life of the engine.

The real engine runs here, on a CPU, with text models; a GPU and models that take images were not at hand.
"""

import gc
import json
import re
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smolagents import CodeAgent, VLLMModel
from smolagents_models_vllm.sampling import MAX_TOKENS, sampling_params, structured_outputs
from smolagents_testing.readme import check_readme, model_replies
from smolagents_testing.tiny_models import make_tiny_model

HELLO = [{"role": "user", "content": "Hello"}]
YES = {"type": "object", "properties": {"yes": {"type": "boolean"}}, "required": ["yes"], "additionalProperties": False}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "answer", "schema": YES}}
README = Path(__file__).parent.parent / "README.md"
Make = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tiny_model(tmp_path / "model", ["Good day."])


def test_importing_it_imports_no_vllm() -> None:
    code = "import sys, smolagents_models_vllm; sys.exit(bool({'vllm', 'torch'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_forms_of_answers_are_vllms_constraints() -> None:
    assert structured_outputs(None) is structured_outputs({"type": "text"}) is None
    assert structured_outputs({"type": "json_object"}).json_object is True
    assert structured_outputs(SCHEMA).json == YES
    with pytest.raises(ValueError, match="VLLMModel knows no response_format"):
        structured_outputs({"type": "yaml"})
    with pytest.raises(ValueError, match="VLLMModel knows no response_format"):
        structured_outputs({"type": "json_schema", "json_schema": {"name": "answer"}})


def test_parameters_go_before_what_the_model_recommends() -> None:
    plain = sampling_params({}, [], {})
    assert (plain.temperature, plain.max_tokens, plain.structured_outputs) == (0.0, MAX_TOKENS, None)
    recommended = {"temperature": 0.6, "top_p": 0.9}
    params = sampling_params({"temperature": 0.2, "max_new_tokens": 7, "response_format": SCHEMA}, ["end"], recommended)
    assert (params.temperature, params.top_p, params.max_tokens, params.stop) == (0.2, 0.9, 7, ["end"])
    assert params.structured_outputs.json == YES
    with pytest.raises(Exception, match="temperature must be non-negative"):
        sampling_params({"temperature": -1.0}, [], {})


def test_an_engine_from_start_to_end(folder: Path, make_vllm: Make) -> None:
    settings = {"temperature": 0.7, "top_k": 20, "eos_token_id": 1}
    (folder / "generation_config.json").write_text(json.dumps(settings), "utf-8")
    model = make_vllm(folder, max_tokens=50)
    assert model.supports_vision is False
    assert model._recommended["top_k"] == 20

    # Prompts that begin alike are computed once, by whole blocks of tokens.
    long = [{"role": "user", "content": "Tell me all about Rome. " * 20}]
    first, second = (model.generate(long, temperature=0).token_usage for _ in range(2))
    assert first.cached_input_tokens == 0 < second.cached_input_tokens < second.input_tokens == first.input_tokens

    # vLLM finds "day" first, as the stop sequences come in this order.
    assert model.generate(HELLO, stop_sequences=["day", "Good"], temperature=0).content == ""

    image = pytest.importorskip("PIL.Image").new("RGB", (2, 2), "red")
    with pytest.raises(Exception, match="multimodal"):
        model.generate([{"role": "user", "content": [{"type": "image", "image": image}]}])

    engine = weakref.ref(model.model)
    model.cleanup()
    gc.collect()
    assert engine() is None
    model.cleanup()
    with pytest.raises(RuntimeError, match=r"freed by cleanup\(\)"):
        model.generate(HELLO)


def test_an_agent_gets_its_answers_in_the_form_that_it_needs(tmp_path: Path, make_vllm: Make) -> None:
    # The weights are noise: that it says anything in this form is the engine's doing.
    model = make_vllm(make_tiny_model(tmp_path / "noise"), max_tokens=400)
    agent = CodeAgent(model=model, use_structured_outputs_internally=True, max_steps=1)
    agent.run("Hello")
    output = agent.memory.steps[1].model_output
    assert output.startswith('{"thought":')
    # A regular expression by vLLM's own name for it.
    from vllm.sampling_params import StructuredOutputsParams

    answer = model.generate(HELLO, structured_outputs=StructuredOutputsParams(regex="(yes|no){3}")).content
    assert re.fullmatch("(yes|no){3}", answer)


def test_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_vllm: Make) -> None:
    monkeypatch.chdir(tmp_path)
    (model_id,) = set(re.findall(r'"(Qwen/[^"]+)"', README.read_text("utf-8")))
    make_tiny_model(tmp_path / model_id, model_replies(README))
    # As it stands there, but for the arguments that a CPU needs.
    monkeypatch.setattr("smolagents.VLLMModel", make_vllm, raising=False)
    check_readme(README)


def test_is_what_the_catalogue_names() -> None:
    from smolagents.models import MODEL_REGISTRY

    assert MODEL_REGISTRY["VLLMModel"] is VLLMModel
