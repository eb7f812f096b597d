"""Images reach models that take them, and no others."""

import base64
import io
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from smolagents import CodeAgent
from smolagents.models import agglomerate_stream_deltas as joined
from smolagents_models_transformers import TransformersModel
from smolagents_testing import make_tiny_model, make_tiny_vision_model

TOKENS = 5
"""What an image is in the prompt of the tiny model."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> TransformersModel:
    folder = make_tiny_vision_model(tmp_path_factory.mktemp("vision"), ["It is red.", "It is blue."])
    return TransformersModel(str(folder))


@pytest.fixture
def seen(model: TransformersModel) -> Any:
    """Collect the pixels that the model looks at."""
    pixels: list[torch.Tensor] = []
    tower = next(module for name, module in model.model.named_modules() if name.endswith("vision_tower"))
    with tower.register_forward_pre_hook(
        lambda _, args, kwargs: pixels.append(kwargs.get("pixel_values", *args[:1])), with_kwargs=True
    ):
        yield pixels


def ask(*images: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, *images]}]


def test_images_in_every_form(model: TransformersModel, seen: list[torch.Tensor], tmp_path: Path) -> None:
    assert model.supports_vision
    red = Image.new("RGB", (50, 30), "red")
    red.save(tmp_path / "red.png")
    buffer = io.BytesIO()
    red.save(buffer, "PNG")
    url = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    forms = [
        {"type": "image", "image": red},
        {"type": "image", "image": str(tmp_path / "red.png")},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    without = model.generate(ask())
    assert without.content == "It is red."
    assert not seen
    for form in forms:
        message = model.generate(ask(form))
        assert message.content == "It is red."
        assert message.token_usage.input_tokens == without.token_usage.input_tokens + TOKENS
    assert all(torch.equal(pixels, seen[0]) for pixels in seen)
    model.generate(ask({"type": "image", "image": Image.new("RGB", (50, 30), "blue")}))
    assert len(seen) == len(forms) + 1
    assert not torch.equal(seen[-1], seen[0])


def test_several_images_of_a_conversation(model: TransformersModel, seen: list[torch.Tensor]) -> None:
    parts = [{"type": "image", "image": Image.new("RGB", (20, 20), color)} for color in ("red", "blue")]
    messages = [*ask(parts[0]), {"role": "assistant", "content": "Red."}, *ask(parts[1])]
    before = repr(messages)
    message = joined(model.generate_stream(messages))
    assert message.content == "It is blue."
    assert sum(len(pixels) for pixels in seen) == 2
    assert repr(messages) == before


def test_agents_show_images(model: TransformersModel, seen: list[torch.Tensor]) -> None:
    agent = CodeAgent(model=model, max_steps=1, verbosity_level=-1)
    agent.run("What is this?", images=[Image.new("RGB", (20, 20), "red")])
    assert seen


def test_models_of_text_refuse_images(tmp_path: Path) -> None:
    model = TransformersModel(str(make_tiny_model(tmp_path / "model", ["Good day."])))
    assert not model.supports_vision
    with pytest.raises(AssertionError, match="takes text alone"):
        model.generate(ask({"type": "image", "image": Image.new("RGB", (2, 2))}))


def test_a_model_of_images_may_be_given_text_alone(model: TransformersModel, tmp_path: Path) -> None:
    flat = TransformersModel(model.model_id, flatten_messages_as_text=True)
    with pytest.raises(AssertionError, match="takes text alone"):
        flat.generate(ask({"type": "image", "image": Image.new("RGB", (2, 2))}))
