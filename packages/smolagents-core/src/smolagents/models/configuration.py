"""Save what a model was configured with, and restore it; credentials stay out."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Mapping
from typing import Any

from smolagents.models.base import REMOVE_PARAMETER

# How REMOVE_PARAMETER is written in JSON.
_REMOVE = {"__type__": "REMOVE_PARAMETER"}
_SECRET = re.compile(
    r"(^|[_-])((api|private|subscription)[_-]?key|access[_-]?key([_-]?id)?|secret\w*|password|passwd|authorization"
    r"|credentials?|cookies?|bearer"
    r"|((^|ad|api|auth|access|session|bearer|bot|refresh|security|subscription|hf|github)[_-]?)token)$",
    re.IGNORECASE,
)
_URL_USER = re.compile(r"(?<=://)[^/@\s]+@")


def configuration(model: Any) -> dict[str, Any]:
    """Return the arguments that make a model like this one: `model_id`, and whatever is not at its default.

    The arguments are the named parameters of the constructors of its class and of their base classes, read from the
    attributes of the same names, and the model's `kwargs`.
    """
    data: dict[str, Any] = {}
    for name, default in constructor_parameters(type(model)).items():
        if name == "client":  # a connection, not configuration
            continue
        value = getattr(model, name, default)
        default = getattr(type(model), name, default)
        if name == "model_id" or (value is not default and value != default):
            data[name] = value
    return plain_options(f"{type(model).__name__}.to_dict()", {**model.kwargs, **data})


def restored(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the constructor's arguments from what `configuration` returned."""
    return {name: _restore(value) for name, value in data.items()}


def constructor_parameters(cls: type) -> dict[str, Any]:
    """Return the parameters and defaults of a class' constructor, and of those that its **kwargs go on to."""
    found: dict[str, Any] = {}
    for base in cls.__mro__:
        if "__init__" not in vars(base):
            continue
        parameters = list(inspect.signature(vars(base)["__init__"]).parameters.values())[1:]
        for parameter in parameters:
            if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                found.setdefault(parameter.name, parameter.default)
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            break
    return found


def is_secret(name: str) -> bool:
    """Tell whether an argument of this name holds a credential."""
    return _SECRET.search(name) is not None


def plain_options(where: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments as plain data, without credentials, and with a warning without what can't be saved.

    Args:
        where: What the warning is about.
        data: The arguments by name.
    """
    plain = {}
    for key, value in data.items():
        name = str(getattr(key, "value", key))
        if is_secret(name):
            continue
        try:
            plain[name] = _plain(f"{where} of {name!r}", value)
        except TypeError as error:
            warnings.warn(f"{where} leaves out {name!r}: {error}. Pass it again when loading.", stacklevel=2)
    return plain


def _plain(where: str, value: Any) -> Any:
    if value is REMOVE_PARAMETER:
        return dict(_REMOVE)
    if isinstance(value, Mapping):
        return plain_options(where, value)
    if isinstance(value, (list, tuple)):
        return [_plain(where, item) for item in value]
    if isinstance(value, str):
        return _URL_USER.sub("", str(getattr(value, "value", value)))
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise TypeError(f"a {type(value).__name__} can't be saved")


def _restore(value: Any) -> Any:
    if value == _REMOVE:
        return REMOVE_PARAMETER
    if isinstance(value, dict):
        return {name: _restore(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_restore(item) for item in value]
    return value
