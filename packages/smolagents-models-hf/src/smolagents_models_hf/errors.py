"""Say what to do about the errors of huggingface_hub, whose classes stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from smolagents.models.redaction import redacted

if TYPE_CHECKING:
    from smolagents_models_hf.model import InferenceClientModel

_NO_TOKEN = "Hugging Face wants an access token: set HF_TOKEN, pass token=…, or log in with `hf auth login`."
_ADVICE = {
    402: "Add credits at https://huggingface.co/settings/billing, let an organization pay with bill_to=…, or pass a "
    "provider's own key as api_key=….",
    403: "The token needs the permission to call inference providers: https://huggingface.co/settings/tokens.",
}


@contextmanager
def explained(model: InferenceClientModel) -> Iterator[None]:
    """Put what happened, where, and what mends it into the text of an error of a model."""
    try:
        yield
    except Exception as error:
        text = _text(error, model)
        if text is not None:
            error.args = (text,)
        raise


@contextmanager
def explained_repository(repo_id: str, kind: str, token: bool | str | None) -> Iterator[None]:
    """Do the same for errors about a repository or a collection of the Hub; no text shows the token."""
    with redacted([token] if isinstance(token, str) else []):
        try:
            yield
        except Exception as error:
            names = {cls.__name__ for cls in type(error).__mro__}
            if "HfHubHTTPError" in names:
                error.args = (f"{_answer(error)} {_advice_on_repository(error, names, repo_id, kind)}".strip(),)
            elif "LocalTokenNotFoundError" in names:
                error.args = (_NO_TOKEN,)
            elif "ConnectError" in names:
                error.args = (f"{_no_connection(error)} is there a network, and is HF_ENDPOINT right, if it is set?",)
            raise


def _text(error: Exception, model: InferenceClientModel) -> str | None:
    names = {cls.__name__ for cls in type(error).__mro__}
    if not names.isdisjoint({"InferenceTimeoutError", "TimeoutException"}):
        return f"{error}. Allow more time with timeout=<seconds>, now {model.timeout}."
    if "HfHubHTTPError" in names:
        return f"{_answer(error)} {_advice(error, names, model)}".strip()
    if "ConnectError" in names:
        return f"{_no_connection(error)} is the server running, and base_url right?"
    if "JSONDecodeError" in names:
        return f"The server's answer is no JSON ({error}): is base_url the address of an API, with no proxy before it?"
    if isinstance(error, ValueError):
        return _text_about_arguments(str(error))
    return None


def _no_connection(error: Any) -> str:
    return f"The connection to {error.request.url} failed ({error}):"


def _text_about_arguments(text: str) -> str | None:
    if "hf auth login" in text:
        return _NO_TOKEN
    if "auto-router" in text:
        return f"{text} Tokens of Hugging Face begin with hf_; with a provider's own key, pass its name as provider=…."
    if "not supported by provider" in text:
        return f"{text} Its page on the Hub says who serves it; provider='auto' chooses one of them."
    return None


def _answer(error: Any) -> str:
    """Return what the server said, and the number by which it can be asked about it."""
    response = error.response
    said = (_message(response) or str(error)).rstrip(". \n")
    request = f" (request {error.request_id})" if error.request_id else ""
    return f"{response.request.url} answered {response.status_code}: {said}{request}."


def _message(response: Any) -> str:
    try:
        body = response.json()
    except Exception:  # no JSON, or a stream that was not read
        return ""
    said = body.get("error", body.get("message", body)) if isinstance(body, dict) else body
    if not isinstance(said, dict):
        return str(said)
    code = f" ({said['code']})" if said.get("code") else ""
    return f"{said.get('message', said)}{code}"


def _advice(error: Any, names: set[str], model: InferenceClientModel) -> str:
    if "GatedRepoError" in names:
        return f"Accept its terms at https://huggingface.co/{model.model_id} with the account of the token."
    if "RepositoryNotFoundError" in names:
        return f"The Hub has no model {model.model_id!r} that this token may see: check its name."
    if error.response.status_code == 401:
        sent = "authorization" in error.response.request.headers
        return "Check the token: https://huggingface.co/settings/tokens." if sent else _NO_TOKEN
    return _ADVICE.get(error.response.status_code, "")


def _advice_on_repository(error: Any, names: set[str], repo_id: str, kind: str) -> str:
    if "GatedRepoError" in names:
        return f"Accept its terms at https://huggingface.co/spaces/{repo_id} with the account of the token."
    if "RevisionNotFoundError" in names:
        return f"The {kind} {repo_id} has no such revision: give a branch, a tag or a whole commit hash."
    sent = "authorization" in error.response.request.headers
    status = error.response.status_code
    if "RepositoryNotFoundError" in names or status == 404:
        hint = "" if sent else f" If it is private: {_NO_TOKEN[0].lower()}{_NO_TOKEN[1:]}"
        return f"There is no {kind} {repo_id!r} that you may see: check its name.{hint}"
    if status == 401:
        return "Check the token: https://huggingface.co/settings/tokens." if sent else _NO_TOKEN
    if status == 403:
        return f"The token must have the right to write to {repo_id}: https://huggingface.co/settings/tokens."
    return ""
