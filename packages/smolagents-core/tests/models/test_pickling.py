"""A model behind an API is bound to its process: an attempt to pickle or deep-copy it says what to do instead."""

import copy
import pickle
from typing import Any

import pytest
from smolagents.models import ApiModel, RateLimiter


class Remote(ApiModel):
    """Has a client of its own."""

    def create_client(self) -> Any:
        return print


class WithoutLimit(Remote):
    """Has nothing that can't be pickled."""

    def __init__(self, model_id: str) -> None:
        super().__init__(model_id)
        del self.rate_limiter


class Restored(Remote):
    """Brings its own way of being pickled."""

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        return {name: value for name, value in state.items() if name != "rate_limiter"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, rate_limiter=RateLimiter(state["requests_per_minute"]))


@pytest.mark.parametrize("attempt", [pickle.dumps, copy.deepcopy])
def test_the_error_says_what_to_do(attempt: Any) -> None:
    help = r"Remote can't be pickled.*share.*agent\.copy\(\).*agent\.save\(.*to_dict\(\)"
    with pytest.raises(TypeError, match=help):
        attempt(Remote("m"))
    with pytest.raises(TypeError, match=help):
        attempt([{"model": Remote("m")}])


def test_a_shallow_copy_shares_the_client() -> None:
    model = Remote("m", requests_per_minute=5, temperature=0)
    other = copy.copy(model)
    other.model_id = "n"
    assert (type(other), model.model_id, other.kwargs) == (Remote, "m", {"temperature": 0})
    assert other.client is model.client
    assert other.rate_limiter is model.rate_limiter


@pytest.mark.parametrize("attempt", [lambda model: pickle.loads(pickle.dumps(model)), copy.deepcopy])
@pytest.mark.parametrize("kind", [WithoutLimit, Restored])
def test_subclasses_that_can_be_pickled(kind: Any, attempt: Any) -> None:
    model = attempt(kind("m"))
    assert (type(model), model.model_id) == (kind, "m")
    model._apply_rate_limit()
