# ruff: noqa: E501 (one program on one line)
# fmt: off
"""Attempts to read an internal attribute: each of the ways that Python has, on each of the objects that have one.

`caught` is a tool that gives the secret if what it is handed leads to frames, code, globals or the host's own state.
"""

# name: (setup, object, attribute)
TARGETS = {
    "generator_frame": ("def g(): yield\no = g()", "gi_frame"),
    "generator_code": ("o = (i for i in [1])", "gi_code"),
    "coroutine_frame": ("async def c(): pass\no = c()", "cr_frame"),
    "async_generator_frame": ("async def c(): yield\no = c()", "ag_frame"),
    "function_globals": ("def o(): pass", "__globals__"),
    "function_code": ("o = lambda: 1", "__code__"),
    "function_builtins": ("def o(): pass", "__builtins__"),
    "tool_defaults": ("o = plain", "__defaults__"),
    "tool_globals": ("o = plain", "__globals__"),
    "tool_closure": ("o = hidden", "__closure__"),
    "method_self": ("o = vault.public", "__self__"),
    "method_function": ("o = vault.public", "__func__"),
    "private": ("o = vault", "_secret"),
    "dictionary": ("o = vault", "__dict__"),
    "class_private": ("o = type(vault)", "_class_secret"),
    "class_init": ("o = type(vault)", "__init__"),
    "subclasses": ("o = int", "__subclasses__"),
    "builtin_module": ("o = print", "__self__"),
    "traceback": ("try: 1 / 0\nexcept Exception as e: o = e", "__traceback__"),
    "attribute_error": ("try: vault.nothing\nexcept AttributeError as e: o = e", "obj"),
    "module_spec": ("import random as o", "__spec__"),
    "random_module": ("import random as o", "_os"),
    "property_of_host": ("o = type(vault).library", "fget"),
}
# Ways to read it: ATTR is the attribute's name.
ROUTES = {
    "getattr": "r = getattr(o, 'ATTR')",
    "getattr_default": "r = getattr(o, 'ATTR', None)",
    "getattr_subclass": "class S(str):\n    def __getitem__(self, i): return 'a'\n    def startswith(self, *a): return False\nr = getattr(o, S('ATTR'))",
    "alias": "f = getattr\nr = f(o, 'ATTR')",
    "map": "r = list(map(getattr, [o], ['ATTR']))[0]",
    "starred": "r = getattr(*(o, 'ATTR'))",
    "reduce": "import functools\nr = functools.reduce(getattr, ['ATTR'], o)",
    "partial": "import functools\nr = functools.partial(getattr, o)('ATTR')",
    "attrgetter": "import operator\nr = operator.attrgetter('ATTR')(o)",
    "attrgetter_two": "import operator\nr = operator.attrgetter('__doc__', 'ATTR')(o)[1]",
    "methodcaller": "import operator\nr = operator.methodcaller('__getattribute__', 'ATTR')(o)",
    "object": "r = object.__getattribute__(o, 'ATTR')",
    "class_attribute": "r = type(o).__getattribute__(o, 'ATTR')",
    "wrapper": "import functools\ndef w(): pass\nfunctools.update_wrapper(w, o, ('ATTR',), ())\nr = w.__dict__['ATTR'] if 'ATTR' in w.__dict__ else getattr(w, 'ATTR')",
    "pattern": "match o:\n    case object(ATTR=r): pass",
    "positions": "import abc\nclass K(abc.ABC):\n    (__match_args__,) = (('ATTR',),)\nK.register(type(o))\nmatch o:\n    case K(r): pass",
    "positions_annotated": "import abc\nclass K(abc.ABC):\n    __match_args__: tuple = ('ATTR',)\nK.register(type(o))\nmatch o:\n    case K(r): pass",
    "positions_spied": "import abc\nclass K(abc.ABC):\n    (__match_args__ := ('ATTR',))\nK.register(type(o))\nclass Q:\n    def __eq__(self, x):\n        global r\n        r = x\n        return True\nclass V: q = Q()\nmatch o:\n    case K(V.q): pass",
    "augmented": "class Q:\n    def __rsub__(self, x):\n        global r\n        r = x\no.ATTR -= Q()",
    "augmented_product": "class Q:\n    def __rmul__(self, x):\n        global r\n        r = x\no.ATTR *= Q()",
    "vars": "r = vars(o)['ATTR']",
    "cached_property": "import functools\np = functools.cached_property(lambda s: 1)\np.__set_name__(int, 'ATTR')\nr = p.__get__(o)",
    "super": "r = getattr(super(type(o), o), 'ATTR')",
    "alias_object": "r = type(list[int])(o, ()).ATTR",
    "weak": "import weakref\nr = weakref.proxy(o).ATTR",
}
# Ways that give only its text, which counts where that holds the secret.
TEXT_ROUTES = {
    "format": "r = '{0.ATTR}'.format(o)",
    "format_keyword": "r = '{x.ATTR!s}'.format(x=o)",
    "format_item": "r = '{0[0].ATTR}'.format([o])",
    "format_nested": "r = '{0:{1.ATTR}}'.format('', o)",
    "format_map": "r = '{x.ATTR}'.format_map({'x': o})",
    "format_alias": "f = str.format\nr = f('{0.ATTR}', o)",
    "format_type": "r = type('')['format'] if False else type('').format('{0.ATTR}', o)",
    "format_partial": "import functools\nr = functools.partial(str.format, '{0.ATTR}')(o)",
    "format_methodcaller": "import operator\nr = operator.methodcaller('format', o)('{0.ATTR}')",
    "format_attrgetter": "import operator\nr = operator.attrgetter('format')('{0.ATTR}')(o)",
    "format_map_call": "r = list(map('{0.ATTR}'.format, [o]))[0]",
    "format_sorted": "r = []\nsorted(['{0.ATTR}'], key=lambda t: r.append(t.format(o)) or 1)",
    "format_reduce": "import functools\nr = functools.reduce(str.format, ['{0.ATTR}', o])",
    "format_class": "class S(str):\n    def go(self, x): return super().format(x)\nr = S('{0.ATTR}').go(o)",
    "format_pattern": "match '{0.ATTR}':\n    case str(format=f): r = f(o)",
    "format_bound": "class A: f = '{0.ATTR}'.format\nr = A.f(o)",
    "user_string": "import collections\nr = str(collections.UserString('{0.ATTR}').format(o))",
    "format_builtin_walk": "import collections\nclass F(collections.UserString): pass\nr = str(F.format(F('{0.ATTR}'), o))",
}
# Where a way leads only to some of the objects, and where it does not lead to some.
ONLY = {
    "augmented": "private traceback attribute_error",
    "augmented_product": "private traceback attribute_error",
    "vars": "private class_init",
    "cached_property": "private class_init",
    "super": "method_self dictionary traceback",
}
NEVER = {
    "methodcaller": "class_private class_init subclasses",
    "wrapper": "function_globals function_builtins tool_globals tool_closure",
    "alias_object": "tool_defaults class_private module_spec random_module",
    "weak": "tool_defaults class_private traceback attribute_error module_spec random_module property_of_host",
}
TEXTUAL = ("private", "dictionary", "class_private", "tool_defaults")


# Ways that differ little from others are tried on some objects only.
ALIKE = ("getattr_default", "alias", "map", "starred", "partial", "attrgetter_two", "class_attribute", "positions_annotated")
CORE = ("generator_frame", "function_globals", "private", "tool_defaults", "traceback", "method_self")


def leads(route: str, target: str) -> bool:
    if route in ALIKE and target not in CORE:
        return False
    return target in ONLY.get(route, target).split() and target not in NEVER.get(route, "").split()


def attempt(target: str, code: str) -> str:
    setup, attribute = TARGETS[target]
    return f"{setup}\n{code.replace('ATTR', attribute)}\ncaught(r)"


LEAKS = {
    f"walks/{target}_{route}": attempt(target, code)
    for target in TARGETS
    for route, code in ROUTES.items()
    if leads(route, target)
}
LEAKS |= {f"walks/{target}_{route}": attempt(target, code) for target in TEXTUAL for route, code in TEXT_ROUTES.items()}
