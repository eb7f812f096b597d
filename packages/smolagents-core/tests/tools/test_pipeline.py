"""A PipelineTool is a class like any other; its libraries are needed to make one."""

import sys

import pytest
from smolagents.tools import PipelineTool, Tool


class Classifier(PipelineTool):
    name = "classifier"
    description = "Classifies text."
    inputs = {"text": {"type": "string", "description": "The text"}}
    output_type = "integer"
    default_checkpoint = "someone/something"

    def encode(self, text: str) -> list[int]:
        return [len(text)]


def test_class_needs_no_library() -> None:
    assert issubclass(Classifier, Tool)
    assert Classifier.skip_forward_signature_validation
    assert PipelineTool.default_checkpoint is None


@pytest.mark.parametrize("missing", ["torch", "transformers", "accelerate"])
def test_instance_names_the_library_that_it_misses(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("torch", "transformers", "accelerate"):
        monkeypatch.setitem(sys.modules, library, None if library == missing else sys)
    with pytest.raises(ImportError, match=f"needs {missing}: pip install torch transformers accelerate"):
        Classifier()


def test_pipeline_encodes_runs_and_decodes() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    pytest.importorskip("accelerate")

    class Doubler(PipelineTool):
        name = "doubler"
        description = "Doubles numbers."
        inputs = {"numbers": {"type": "array", "description": "The numbers"}}
        output_type = "array"

        def encode(self, numbers: list[float]) -> dict[str, object]:
            return {"input": torch.tensor(numbers)}

        def decode(self, outputs: object) -> list[float]:
            return outputs.tolist()  # type: ignore[attr-defined, no-any-return]

    class Double(torch.nn.Module):
        def forward(self, input: object) -> object:
            return input * 2  # type: ignore[operator]

    tool = Doubler(model=Double(), pre_processor=len, device="cpu")
    assert not tool.is_initialized
    assert tool([1.0, 2.5]) == [2.0, 5.0]
    assert tool.is_initialized
    assert tool({"numbers": [2.0]}) == tool(numbers=[2.0]) == [4.0]
    with pytest.raises(ValueError, match="PipelineTool has no default_checkpoint"):
        PipelineTool()
