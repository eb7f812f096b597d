"""Arguments of the constructor reach `from_pretrained`, and survive saving."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from smolagents_models_transformers import TransformersModel
from smolagents_testing import make_tiny_model

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Load nothing, and tell what would have been."""
    calls: dict[str, Any] = {}

    def loader(kind: str) -> Any:
        def from_pretrained(*args: Any, **kwargs: Any) -> Any:
            if kind == "AutoModelForImageTextToText":
                raise ValueError("Unrecognized configuration class <Llama> for this kind of AutoModel")
            calls[kind] = (args, kwargs)
            return kind

        return from_pretrained

    for kind in ("AutoModelForImageTextToText", "AutoModelForCausalLM", "AutoTokenizer"):
        monkeypatch.setattr(f"transformers.{kind}.from_pretrained", loader(kind))
    return calls


def test_arguments_reach_from_pretrained(loaded: dict[str, Any]) -> None:
    model = TransformersModel(
        "org/model",
        device_map="auto",
        torch_dtype="float16",
        trust_remote_code=True,
        model_kwargs={"max_memory": {"cpu": "1GB"}},
        attn_implementation="eager",
        revision="v2",
        token="hf_secret",
        temperature=0.5,
    )
    assert loaded["AutoModelForCausalLM"] == (
        ("org/model",),
        {
            "device_map": "auto",
            "torch_dtype": "float16",
            "trust_remote_code": True,
            "max_memory": {"cpu": "1GB"},
            "attn_implementation": "eager",
            "revision": "v2",
            "token": "hf_secret",
        },
    )
    files = {"trust_remote_code": True, "revision": "v2", "token": "hf_secret"}
    assert loaded["AutoTokenizer"] == (("org/model",), files)
    assert (model.model, model.tokenizer, model.processor) == ("AutoModelForCausalLM", "AutoTokenizer", None)
    assert model.kwargs == {"temperature": 0.5}
    assert "hf_secret" not in json.dumps(model.to_dict()) + repr(model)


def test_defaults_take_what_the_files_say(loaded: dict[str, Any]) -> None:
    TransformersModel("org/model")
    _, options = loaded["AutoModelForCausalLM"]
    device = "cuda" if torch.cuda.is_available() else options["device_map"]
    assert options == {"device_map": device, "torch_dtype": "auto", "trust_remote_code": False}
    TransformersModel("org/model", dtype="bfloat16")
    assert loaded["AutoModelForCausalLM"][1]["dtype"] == "bfloat16"
    assert "torch_dtype" not in loaded["AutoModelForCausalLM"][1]


def test_quantization_reaches_from_pretrained(loaded: dict[str, Any]) -> None:
    given = transformers.BitsAndBytesConfig(load_in_8bit=True)
    for options in ({"quantization_config": given}, {"model_kwargs": {"quantization_config": given}}):
        TransformersModel("org/model", **options)
        assert loaded["AutoModelForCausalLM"][1]["quantization_config"] is given
    model = TransformersModel("org/model", load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16)
    made = loaded["AutoModelForCausalLM"][1]["quantization_config"]
    assert (made.load_in_4bit, made.bnb_4bit_compute_dtype) == (True, torch.bfloat16)
    assert not any(name.startswith(("load_in", "bnb")) for name in loaded["AutoModelForCausalLM"][1])
    TransformersModel.from_dict(json.loads(json.dumps(model.to_dict())))
    again = loaded["AutoModelForCausalLM"][1]["quantization_config"]
    assert again.to_dict() == made.to_dict()


def test_objects_are_saved_as_text(loaded: dict[str, Any]) -> None:
    given = transformers.BitsAndBytesConfig(load_in_8bit=True)
    model = TransformersModel(
        "org/model", torch.device("cpu"), torch.bfloat16, quantization_config=given, max_tokens=100
    )
    assert loaded["AutoModelForCausalLM"][1]["torch_dtype"] is torch.bfloat16
    data = json.loads(json.dumps(model.to_dict()))
    assert (data["device_map"], data["torch_dtype"], data["max_new_tokens"]) == ("cpu", "bfloat16", 100)
    TransformersModel.from_dict(data)
    assert loaded["AutoModelForCausalLM"][1]["quantization_config"] == given.to_dict()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"model_id": None}, "Name a model"),
        ({"torch_dtype": "float16", "dtype": "bfloat16"}, "pass one of them"),
        ({"load_in_4bit": True, "quantization_config": {}}, "quantization_config"),
    ],
)
def test_contradictions(loaded: dict[str, Any], options: dict[str, Any], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        TransformersModel(**{"model_id": "org/model", **options})
    assert not loaded


def test_other_errors_of_loading_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError("The weights are broken.")

    monkeypatch.setattr("transformers.AutoModelForImageTextToText.from_pretrained", broken)
    with pytest.raises(ValueError, match="weights are broken"):
        TransformersModel("org/model")
    with pytest.raises(OSError, match="no/such-folder"):
        monkeypatch.undo()
        TransformersModel("no/such-folder")


def test_types_of_the_weights(tmp_path: Path) -> None:
    folder = str(make_tiny_model(tmp_path / "model", ["Good day."]))
    assert TransformersModel(folder).model.dtype == torch.float32
    for options in ({"torch_dtype": "bfloat16"}, {"dtype": torch.bfloat16}):
        model = TransformersModel(folder, **options)
        assert model.model.dtype == torch.bfloat16
        assert model.generate(HELLO).content == "Good day."
