"""How hooks reach plugins: one plugin at a time, and a failing one is reported once and left out.

pluggy holds the specs, checks the implementations against them and orders them. The calls themselves are made here,
since in pluggy's own one failing implementation stops all others. pluggy is imported only when there is a plugin.
"""

from _thread import RLock  # as `threading` has it, without what `threading` imports
from importlib import import_module

from smolagents.plugins.catalogue import Entry, current
from smolagents.plugins.reports import described, named, report, trace
from smolagents.plugins.resolution import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType
    from typing import Any

    import pluggy

    Key = tuple[str, ...]

_NOT_PLAIN = 0x20 | 0x80 | 0x100 | 0x200  # code flags: generator, coroutine, iterable coroutine, async generator


class Implementation:
    """Hold one plugin's implementation of one hook."""

    __slots__ = ("arguments", "function", "key", "plugin")

    def __init__(self, key: "Key", plugin: str, function: "Callable[..., Any]", arguments: "tuple[str, ...]") -> None:
        self.key = key
        self.plugin = plugin
        self.function = function
        self.arguments = arguments


_lock = RLock()
_programs: "dict[Key, tuple[str, Any]]" = {}  # plugins that the program itself registered: label and object
_failed: "dict[Key, str]" = {}  # why each of them is left out
_hooks: "dict[str, tuple[Implementation, ...]] | None" = None  # None: to be attached before the next hook fires
_attached: "list[Entry]" = []
_attaching = False


def observes(hook: str) -> bool:
    """Tell whether any plugin implements a hook, so that what it would be told need not be prepared in vain."""
    return hook in (_attach() if _hooks is None else _hooks)


def notify(hook: str, /, **arguments: "Any") -> None:
    """Tell all plugins that something happened."""
    for implementation in implementations(hook):
        attempt(hook, implementation, arguments)


def contribute(hook: str, accept: "Callable[[Any], None]", /, **arguments: "Any") -> None:
    """Ask all plugins and hand each result to `accept`; a plugin whose result is refused counts as failing.

    Each plugin gets a copy of the arguments: one that changes them in place changes nothing.
    """
    from copy import deepcopy

    for implementation in implementations(hook):
        attempt(hook, implementation, deepcopy(arguments), accept)


def first(hook: str, check: "Callable[[Any], None] | None" = None, /, **arguments: "Any") -> "Any":
    """Ask the plugins one after the other and return the first result that is not None and passes `check`, or None."""
    results: list[Any] = []

    def accept(result: "Any") -> None:
        if check is not None:
            check(result)
        results.append(result)

    for implementation in implementations(hook):
        attempt(hook, implementation, arguments, accept)
        if results:
            return results[0]
    return None


def implementations(hook: str) -> "tuple[Implementation, ...]":
    """Return the implementations of a hook in the order in which they are called."""
    return (_attach() if _hooks is None else _hooks).get(hook, ())


def attempt(
    hook: str,
    implementation: Implementation,
    arguments: "dict[str, Any]",
    accept: "Callable[[Any], None] | None" = None,
) -> bool:
    """Call one plugin's hook, report it and leave it out if it fails, and tell whether it did its part.

    Args:
        hook: The hook's name.
        implementation: Whom to call.
        arguments: All arguments of the hook.
        accept: Gets the result, unless that is None; raises if the result is not what the hook asks for.
    """
    chosen = [arguments[name] for name in implementation.arguments]
    trace(f"hook {hook} -> {implementation.plugin}")
    try:
        result = implementation.function(*chosen)
        if accept is not None and result is not None:
            accept(result)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may even call sys.exit()
        leave_out(implementation.key, f"{implementation.plugin} failed in hook {hook}", error)
        return False
    return True


def leave_out(key: "Key", what: str, error: BaseException) -> None:
    """Report a failing plugin and call none of its hooks any more."""
    global _hooks
    with _lock:
        if key in _failed:
            return
        _failed[key] = reason = f"{what} and is left out: {described(error)}"
        if _hooks is not None:
            kept = {hook: tuple(one for one in found if one.key != key) for hook, found in _hooks.items()}
            _hooks = {hook: found for hook, found in kept.items() if found}
    report(reason, error)


def why_left_out(entry: Entry) -> str:
    """Say how the hooks of an entry have failed in this process; empty if they have not."""
    return _failed.get(_key(entry), "")


def register(plugin: "Any", name: str | None = None) -> None:
    """Let an object or module of the program itself take part in the hooks.

    Raises:
        ValueError: Its implementations don't fit the hooks.
    """
    global _hooks
    label = name or getattr(plugin, "__name__", type(plugin).__name__)
    if problems := misfits(plugin):
        raise ValueError(f"{label} can't be registered: {'; '.join(problems)}")
    with _lock:
        key = ("program", str(id(plugin)))
        _failed.pop(key, None)
        _programs[key] = (f"plugin {label} of this program", plugin)
        _hooks = None


def unregister(plugin: "Any") -> None:
    """Undo `register`."""
    global _hooks
    with _lock:
        _programs.pop(("program", str(id(plugin))), None)
        _hooks = None


def refresh() -> None:
    """Notice hooks of plugins that were installed, removed or switched on or off since the last call."""
    global _hooks
    if _hooks is not None and _hook_entries() != _attached:
        with _lock:
            _hooks = None


def misfits(plugin: "Any") -> list[str]:
    """Say in which ways a plugin object does not fit the hooks; nothing if it fits."""
    if isinstance(plugin, type):
        return [f"{plugin.__name__} is a class: offer an instance of it, or a module"]
    manager = _new_manager()
    from pluggy import PluginValidationError

    try:
        manager.register(plugin)
    except PluginValidationError as error:
        return [" ".join(str(error).split())]
    callers = manager.get_hookcallers(plugin)
    if not callers:
        return ["it implements no hook: mark functions @hookimpl"]
    return [misfit for caller in callers for misfit in _misfits_of(caller.get_hookimpls()[0], caller)]


def _misfits_of(implementation: "pluggy.HookImpl", caller: "pluggy.HookCaller") -> "Iterator[str]":
    code: CodeType | None = getattr(implementation.function, "__code__", None)
    if not caller.has_spec() and not implementation.optionalhook:
        from difflib import get_close_matches

        known = [name for name in vars(import_module("smolagents.hooks")) if not name.startswith("_")]
        near = get_close_matches(caller.name, known, n=1)
        yield f"there is no hook {caller.name}" + (f", did you mean {near[0]}?" if near else "")
    if implementation.wrapper or implementation.hookwrapper:
        yield f"{caller.name} is a hook wrapper: plugins are called one at a time, so it would wrap nothing"
    if code is not None and code.co_flags & _NOT_PLAIN:
        yield f"{caller.name} is async or a generator: hooks are plain functions"


def _key(entry: Entry) -> "Key":
    return entry.distribution, entry.version, entry.name, entry.value


def _hook_entries() -> list[Entry]:
    return [entry for entry in current().entries if entry.kind == "hooks" and entry.state == "ok"]


def _attach() -> "dict[str, tuple[Implementation, ...]]":
    """Load all plugins that offer hooks and note what each of them implements."""
    global _hooks, _attached, _attaching
    with _lock:
        if _hooks is not None:
            return _hooks
        if _attaching:  # a plugin that fires hooks while it is being imported sees none
            return {}
        _attaching = True
        try:
            _attached = _hook_entries()
            plugins = {**_loaded(_attached), **_programs}
            _hooks = _implementations_of(plugins)
        finally:
            _attaching = False
        return _hooks


def _loaded(entries: list[Entry]) -> "dict[Key, tuple[str, Any]]":
    plugins: dict[Key, tuple[str, Any]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.distribution, entry.name), reverse=True):
        key = _key(entry)
        if key in _failed:
            continue
        try:
            plugin = load(entry)
            if problems := misfits(plugin):
                raise TypeError("; ".join(problems))
        except Exception as error:
            leave_out(key, f"{named(entry)} offers no usable hooks", error.__cause__ or error)
        else:
            plugins[key] = (named(entry), plugin)
    return plugins


def _implementations_of(plugins: "dict[Key, tuple[str, Any]]") -> "dict[str, tuple[Implementation, ...]]":
    if not plugins:
        return {}
    manager = _new_manager()
    keys: dict[str | None, tuple[Key, str]] = {}
    for key, (label, plugin) in plugins.items():
        name = manager.register(plugin, name=" ".join(key))
        keys[name] = (key, label)
    return {
        hook: tuple(
            Implementation(*keys[found.plugin_name], found.function, tuple(found.argnames))
            for found in reversed(caller.get_hookimpls())  # as pluggy calls them: the last one first
        )
        for hook, caller in vars(manager.hook).items()
        if not hook.startswith("_") and caller.get_hookimpls()
    }


def _new_manager() -> "pluggy.PluginManager":
    import pluggy

    manager = pluggy.PluginManager("smolagents")
    manager.add_hookspecs(import_module("smolagents.hooks"))
    return manager
