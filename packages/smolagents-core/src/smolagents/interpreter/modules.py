"""Imports: the allow-list, and the copies of modules that guest code gets.

A copy is a plain module object with the original's public names, so using it costs nothing; it belongs to one session,
and no guest can change it as attribute stores ask a guard. Modules inside a module are there only if they are
authorized too.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.attributes import DANGEROUS_FUNCTIONS, DANGEROUS_MODULES
from smolagents.interpreter.policy import BASE_BUILTIN_MODULES

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

# Submodules that belong to what their parent's authorization means.
PARTS = {"collections.abc": "collections", "os.path": "os"}
TABLES = frozenset({dict, list, set, bytearray})
MAX_NAME = 200
KEPT_DUNDERS = ("__name__", "__doc__", "__version__")


class ForbiddenImportError(InterpreterError, ImportError):
    """Refuse an import; code may catch it as it would a missing module."""


def missing_modules(authorized: Iterable[str]) -> list[str]:
    """Return the authorized modules that are not installed."""
    from importlib.util import find_spec

    missing = []
    for entry in authorized:
        top = entry.partition(".")[0]
        if entry != "*" and top not in BASE_BUILTIN_MODULES and top not in sys.modules and find_spec(top) is None:
            missing.append(entry)
    return missing


class Modules:
    """Hand out modules to one session.

    Args:
        authorized: `pkg`, `pkg.sub`, `pkg.*` (with all submodules) and `*` (everything).
    """

    def __init__(self, session: Session, authorized: Iterable[str]) -> None:
        self.session = session
        self.authorized = sorted(set(authorized))
        self._names = frozenset(authorized)
        self._copies: dict[str, types.ModuleType] = {}
        self.copies: set[int] = set()
        # A module that is interrupted while it loads would stay broken for the whole process.
        session.budget.tool_codes.add(Modules.import_module.__code__)
        session.budget.tool_codes.add(Modules.copy.__code__)

    def is_authorized(self, name: str) -> bool:
        """Tell whether a module may be imported by that full name."""
        if "*" in self._names or name in self._names or PARTS.get(name) in self._names:
            return True
        parts = name.split(".")
        return any(".".join(parts[:end]) + ".*" in self._names for end in range(1, len(parts) + 1))

    def is_parent(self, name: str) -> bool:
        """Tell whether a submodule of that module is authorized."""
        return any(entry.startswith(name + ".") for entry in self._names)

    def import_module(
        self, name: Any, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        """Do what `__import__` does, for authorized modules."""
        if type(fromlist) is list:
            # Not an import statement: C code of a module that the guest called imports what it needs itself.
            return sys.modules.get(name) or importlib.import_module(name)
        if type(name) is not str or level:
            raise ForbiddenImportError("Relative imports are not allowed.")
        if not self.is_authorized(name):
            how = "Import from" if fromlist else "Import of"
            if not (self.is_parent(name) and fromlist):
                raise ForbiddenImportError(f"{how} {name} is not allowed. Authorized imports are: {self.authorized}")
        module = self.copy(name)
        if fromlist:
            for attribute in fromlist:
                if attribute != "*" and not hasattr(module, attribute):
                    self._import_attribute(module, name, attribute)
            return module
        top, _, rest = name.partition(".")
        parent = self.copy(top)
        while rest:
            part, _, rest = rest.partition(".")
            child = self.copy(f"{parent.__name__}.{part}")
            parent.__dict__[part] = child
            parent = child
        return self.copy(top)

    def _import_attribute(self, module: types.ModuleType, name: str, attribute: str) -> None:
        """Make `from name import attribute` work for an authorized submodule, or say what is wrong."""
        full = f"{name}.{attribute}"
        original = importlib.import_module(name)
        if self.is_authorized(full):
            try:
                module.__dict__[attribute] = self.copy(full)
            except ModuleNotFoundError:
                pass
            else:
                return
        if isinstance(getattr(original, attribute, None), types.ModuleType) or _is_submodule(original, attribute):
            raise ForbiddenImportError(f"Import of {full} is not allowed. Authorized imports are: {self.authorized}")
        if attribute[:1] != "_" and hasattr(original, attribute):
            raise ForbiddenImportError(f"Import of {attribute} from {name} is not allowed.")
        raise ImportError(f"cannot import name '{attribute}' from '{name}'{hint(attribute, vars(module))}", name=name)

    def copy(self, name: str) -> types.ModuleType:
        """Return the session's copy of a module."""
        copied = self._copies.get(name)
        if copied is None:
            original = importlib.import_module(name)
            copied = self._copies[name] = types.ModuleType(name)
            self.copies.add(id(copied))
            self._fill(copied, original, name)
        return copied

    def stand_in(self, module: types.ModuleType) -> types.ModuleType:
        """Return what guest code gets for a module object: a copy of it if it is authorized."""
        if id(module) in self.copies:
            return module
        if self.is_authorized(module.__name__):
            return self.copy(module.__name__)
        raise InterpreterError(
            f"Forbidden access to module: {module.__name__}. Authorized imports are: {self.authorized}"
        )

    def _fill(self, copied: types.ModuleType, original: types.ModuleType, name: str) -> None:
        from smolagents.interpreter.stdlib import replacements
        from smolagents.interpreter.stdlib_names import is_offered

        namespace = copied.__dict__
        for dunder in KEPT_DUNDERS:
            if hasattr(original, dunder):
                namespace[dunder] = getattr(original, dunder)
        namespace.pop("__loader__", None)
        namespace.pop("__spec__", None)
        whole = self.is_authorized(name)
        for attribute in self._public_names(original, name):
            value = original.__dict__[attribute]
            if isinstance(value, types.ModuleType):
                full = f"{name}.{attribute}"
                if self.is_authorized(full) or (whole and "*" in self._names) or self.is_authorized(value.__name__):
                    namespace[attribute] = self.copy(full if full in sys.modules else value.__name__)
            elif whole and is_offered(name, attribute) and not self._reaches_outside(value, name):
                # What one session changes in a table must not be seen elsewhere.
                namespace[attribute] = value.copy() if type(value) in TABLES else value
        if whole:
            namespace.update(replacements(self.session, name, original))
        names = [attribute for attribute in getattr(original, "__all__", ()) if attribute in namespace]
        if names:
            namespace["__all__"] = names
        namespace["__getattr__"] = self._missing_attribute(original, name, namespace, whole)

    @staticmethod
    def _public_names(original: types.ModuleType, name: str) -> list[str]:
        """Return a module's public names; for the standard library, those that it declares."""
        declared = original.__dict__.get("__all__")
        if declared is not None and name.partition(".")[0] in sys.stdlib_module_names and name != "collections":
            return [attribute for attribute in declared if attribute in original.__dict__]
        return [attribute for attribute in original.__dict__ if attribute[:1] != "_"]

    def _reaches_outside(self, value: Any, name: str) -> bool:
        """Tell whether a value is a function or class of another module that reaches outside."""
        if not isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
            return False
        home = getattr(value, "__module__", None) or ""
        if isinstance(value, types.BuiltinFunctionType) and value in DANGEROUS_FUNCTIONS:
            return name not in ("io", "codecs", "builtins") or "*" not in self._names
        owner = "os" if home in ("posix", "nt") else home
        return home in DANGEROUS_MODULES and owner != name and not self.is_authorized(owner)

    def _missing_attribute(self, original: types.ModuleType, name: str, namespace: dict[str, Any], whole: bool) -> Any:
        """Return a module `__getattr__`: loads what the original loads lazily, and says why a name is not there."""
        from smolagents.interpreter.stdlib_names import is_offered

        judged = frozenset(original.__dict__)  # the original keeps what it has loaded

        def missing(attribute: str) -> Any:
            if attribute[:1] != "_":
                value = getattr(original, attribute, None)
                if isinstance(value, types.ModuleType):
                    full = f"{name}.{attribute}"
                    if self.is_authorized(full) or self.is_authorized(value.__name__):
                        namespace[attribute] = self.copy(value.__name__)
                        return namespace[attribute]
                    raise InterpreterError(
                        f"Forbidden access to module: {full}. Authorized imports are: {self.authorized}"
                    )
                if attribute not in judged and value is not None and whole and is_offered(name, attribute):
                    if not self._reaches_outside(value, name):
                        namespace[attribute] = value
                        return value
                elif value is not None:
                    raise InterpreterError(f"Forbidden access to '{name}.{attribute}'")
            raise AttributeError(f"module '{name}' has no attribute '{attribute}'{hint(attribute, namespace)}")

        return missing


def hint(name: str, known: Iterable[str]) -> str:
    """Return a question that names the nearest known name, or nothing."""
    if len(name) > MAX_NAME:
        return ""  # to compare it would take long
    from difflib import get_close_matches

    candidates = {item for item in known if type(item) is str and item[:1] not in ("_", "<")}
    close = get_close_matches(name, candidates, n=1, cutoff=0.6)
    return f". Did you mean: '{close[0]}'?" if close else ""


def _is_submodule(package: types.ModuleType, name: str) -> bool:
    """Tell whether a package has a submodule of that name that nobody has imported yet."""
    return hasattr(package, "__path__") and importlib.util.find_spec(f"{package.__name__}.{name}") is not None
