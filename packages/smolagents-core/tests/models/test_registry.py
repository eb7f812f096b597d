import pytest
import smolagents.models
from smolagents.errors import MissingPluginError
from smolagents.models import MODEL_REGISTRY, Model, ReplayModel


def test_core_and_installed_models_resolve() -> None:
    assert MODEL_REGISTRY["ReplayModel"] is ReplayModel
    assert MODEL_REGISTRY["OpenAIModel"].__name__ == "OpenAIModel"
    assert smolagents.models.OpenAIServerModel is MODEL_REGISTRY["OpenAIModel"]


def test_installed_names_are_listed() -> None:
    models = dict(MODEL_REGISTRY)
    assert list(models) == list(MODEL_REGISTRY.keys()) == [name for name, _ in MODEL_REGISTRY.items()]
    assert list(models.values()) == list(MODEL_REGISTRY.values())
    assert len(MODEL_REGISTRY) == len(models)
    assert {"ReplayModel", "OpenAIModel", "AzureOpenAIModel"} <= set(models)


def test_absent_names_are_known_and_say_what_to_install() -> None:
    names = {"LiteLLMModel", "LiteLLMRouterModel", "InferenceClientModel", "TransformersModel", "VLLMModel", "MLXModel"}
    names |= {"OpenAIModel", "AzureOpenAIModel", "AmazonBedrockModel", "ReplayModel"}
    assert names | set(MODEL_REGISTRY) <= set(MODEL_REGISTRY.known())
    assert "VLLMModel" not in MODEL_REGISTRY
    assert MODEL_REGISTRY.get("VLLMModel") is None
    assert MODEL_REGISTRY.get("VLLMModel", ReplayModel) is ReplayModel
    with pytest.raises(MissingPluginError, match="pip install smolagents-models-vllm"):
        MODEL_REGISTRY["VLLMModel"]


@pytest.mark.parametrize("name", ["NoSuchModel", "DockerExecutor", "CodeAgent", "os"])
def test_other_names_are_not_in_it(name: str) -> None:
    assert name not in MODEL_REGISTRY
    assert name not in MODEL_REGISTRY.known()
    assert MODEL_REGISTRY.get(name) is None
    with pytest.raises(KeyError):
        MODEL_REGISTRY[name]


def test_a_program_may_add_its_own_class() -> None:
    class Own(Model):
        pass

    MODEL_REGISTRY["Own"] = Own
    try:
        assert MODEL_REGISTRY["Own"] is Own
        assert "Own" in list(MODEL_REGISTRY)
        assert MODEL_REGISTRY.get("Own") is Own
    finally:
        del MODEL_REGISTRY["Own"]
    assert "Own" not in MODEL_REGISTRY


def test_unknown_attributes_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'NoSuchModel'"):
        smolagents.models.NoSuchModel


def test_what_a_program_adds_can_be_put_back() -> None:
    before = MODEL_REGISTRY.copy()
    MODEL_REGISTRY["Mine"] = ReplayModel
    added = MODEL_REGISTRY.copy()
    assert added == {**before, "Mine": ReplayModel}
    MODEL_REGISTRY.clear()
    MODEL_REGISTRY.update(before)
    assert "Mine" not in MODEL_REGISTRY
    assert "ReplayModel" in MODEL_REGISTRY
