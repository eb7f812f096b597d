"""What is particular to MLX: whose code runs, how answers are sampled, and which thread does the work."""

import gc
import json
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest
from smolagents import MLXModel
from smolagents.models import resolve_model
from smolagents_testing.tiny_models import make_tiny_model

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tiny_model(tmp_path / "model", ["Good day."])


@pytest.fixture
def noise(tmp_path: Path) -> MLXModel:
    return MLXModel(str(make_tiny_model(tmp_path / "noise")), max_tokens=20)


def changed(folder: Path, file: str, **settings: Any) -> None:
    path = folder / file
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | settings), "utf-8")


def test_importing_it_imports_no_mlx() -> None:
    code = "import sys, smolagents_models_mlx; sys.exit(bool({'mlx', 'mlx_lm', 'transformers'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_says_how_to_install_mlx(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlx_lm", None)
    with pytest.raises(ImportError, match=r'pip install "mlx\[cpu\]"'):
        MLXModel(str(folder))


def test_has_a_prefix_for_the_command_line(folder: Path) -> None:
    model = resolve_model(f"mlx/{folder}", max_tokens=4)
    assert isinstance(model, MLXModel)
    assert model.generate(HELLO).token_usage.output_tokens == 4


@pytest.mark.parametrize("by", ["argument", "load_kwargs"])
def test_runs_code_of_a_model_only_if_told(folder: Path, by: str) -> None:
    (folder / "architecture.py").write_text(
        f"from pathlib import Path\nPath({str(folder / 'has-run')!r}).touch()\n"
        "from mlx_lm.models.llama import Model, ModelArgs\n"
    )
    changed(folder, "config.json", model_file="architecture.py")
    with pytest.raises(ValueError, match="trust_remote_code=True"):
        MLXModel(str(folder))
    assert not (folder / "has-run").exists()
    trust = {"trust_remote_code": True}
    model = MLXModel(str(folder), **(trust if by == "argument" else {"load_kwargs": trust}))
    assert (folder / "has-run").exists()
    assert model.generate(HELLO).content == "Good day."


def test_runs_code_of_a_tokenizer_only_if_told(folder: Path) -> None:
    (folder / "words.py").write_text(
        f"from pathlib import Path\nPath({str(folder / 'has-run')!r}).touch()\n"
        "from transformers import PreTrainedTokenizerFast\nclass Words(PreTrainedTokenizerFast): pass\n"
    )
    changed(folder, "tokenizer_config.json", tokenizer_class="Words", auto_map={"AutoTokenizer": [None, "words.Words"]})
    with pytest.raises(ValueError, match="trust_remote_code=True"):
        MLXModel(str(folder))
    assert not (folder / "has-run").exists()
    assert MLXModel(str(folder), trust_remote_code=True).generate(HELLO).content == "Good day."
    assert (folder / "has-run").exists()


def test_gives_arguments_to_load(folder: Path) -> None:
    options = {"lazy": True, "return_config": True, "tokenizer_config": {"eos_token": "<|user|>"}}
    model = MLXModel(str(folder), load_kwargs=options)
    assert model.tokenizer.eos_token == "<|user|>"
    assert model.generate(HELLO).content == "Good day."
    again = MLXModel.from_dict(model.to_dict())
    assert again.tokenizer.eos_token == "<|user|>"


def test_takes_no_images(folder: Path) -> None:
    image = pytest.importorskip("PIL.Image").new("RGB", (2, 2), "red")
    model = MLXModel(str(folder))
    assert model.supports_vision is False
    with pytest.raises(AssertionError, match="takes text alone"):
        model.generate([{"role": "user", "content": [{"type": "image", "image": image}]}])


def test_answers_the_same_each_time_unless_told(noise: MLXModel) -> None:
    assert noise.generate(HELLO).content == noise.generate(HELLO).content
    # Less than a temperature implies one.
    texts = {noise.generate(HELLO, top_k=100, seed=seed).content for seed in range(3)}
    assert len(texts) == 3


def test_takes_penalties_and_processors(noise: MLXModel) -> None:
    import mlx.core as mx

    plain = noise.generate(HELLO).content
    assert noise.generate(HELLO, repetition_penalty=1.5).content != plain

    def only_a(tokens: Any, logits: Any) -> Any:
        return mx.where(mx.arange(logits.shape[-1]) == noise.tokenizer.convert_tokens_to_ids("a"), 100.0, logits)

    options = {"logits_processors": [only_a], "logit_bias": {0: -1.0}}
    assert noise.generate(HELLO, **options).content == "a" * 20


def test_takes_a_sampler_or_its_parameters_not_both(noise: MLXModel) -> None:
    from mlx_lm.sample_utils import make_sampler

    with pytest.raises(ValueError, match="sampler or temp"):
        noise.generate(HELLO, sampler=make_sampler(), temperature=0.5)


def test_an_error_of_the_work_reaches_the_caller(noise: MLXModel) -> None:
    def broken(logprobs: Any) -> Any:
        raise ZeroDivisionError("in the sampler")

    with pytest.raises(ZeroDivisionError, match="in the sampler"):
        noise.generate(HELLO, sampler=broken)
    with pytest.raises(ZeroDivisionError, match="in the sampler"):
        list(noise.generate_stream(HELLO, sampler=broken))
    assert noise.generate(HELLO).content


def test_can_be_called_between_two_pieces_of_its_stream(noise: MLXModel) -> None:
    expected = noise.generate(HELLO).content
    stream = noise.generate_stream(HELLO)
    first = next(stream).content
    assert noise.generate(HELLO).content == expected
    assert first + "".join(delta.content or "" for delta in stream) == expected


def test_tells_how_the_answer_ended(folder: Path) -> None:
    model = MLXModel(str(folder))
    assert model.generate(HELLO).raw.finish_reason == "stop"
    assert model.generate(HELLO, max_tokens=2).raw.finish_reason == "length"
    assert model.generate(HELLO, stop_sequences=["day"]).raw.finish_reason == "stop"


@pytest.mark.parametrize("left", ["unread", "broken"])
def test_lets_the_program_end(folder: Path, left: str) -> None:
    program = """
import sys
from smolagents import MLXModel
model = MLXModel(sys.argv[1])
hello = [{"role": "user", "content": "Hello"}]
model.generate(hello)
if sys.argv[2] == "unread":
    next(stream := model.generate_stream(hello, max_tokens=1_000_000, logit_bias={1: -1e9}))
if sys.argv[2] == "broken":
    model.generate(hello, sampler=lambda _: 1 / 0)
"""
    # Several times: without its precautions one in three ended with SIGABRT.
    for _ in range(3):
        command = [sys.executable, "-c", program, str(folder), left]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == (left == "broken"), done.stderr


def test_frees_its_memory(folder: Path) -> None:
    model = MLXModel(str(folder))
    model.generate(HELLO)
    weights = weakref.ref(model.model)
    del model
    gc.collect()
    assert weights() is None
