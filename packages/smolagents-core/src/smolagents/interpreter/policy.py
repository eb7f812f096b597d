"""What guest code may use: names, attributes, modules and sizes."""

from __future__ import annotations

import os
import sys
import types
from dataclasses import dataclass

from smolagents.utils import BASE_BUILTIN_MODULES as BASE_BUILTIN_MODULES


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Limits:
    """Bound what one action may use.

    Args:
        operations: Loop iterations, function calls and generated elements.
        memory: Bytes by which the process may grow while the action runs (approximate).
        value_bytes: Size in bytes of the largest value that one operation may build.
        int_bits: Size in bits of the largest integer.
        source: Length of an action's source in characters.
        logs: Length of what an action may print, in characters.
    """

    operations: int = 500_000_000
    memory: int = 512 * 2**20
    value_bytes: int = 100_000_000
    int_bits: int = 2**21
    source: int = 200_000
    logs: int = 50_000


# Names that source may read although they are dunders.
READABLE_NAMES = frozenset({"__name__", "__doc__", "__debug__"})

# Kept in the state for the host.
RESERVED_NAMES = frozenset({"_print_outputs", "_operations_count"})

# Dunder attributes that may be read on any object.
READABLE_DUNDERS = frozenset({"__name__", "__qualname__", "__doc__", "__module__", "__version__"})

# Dunder attributes that may also be read on objects whose class or code is the guest's own.
GUEST_DUNDERS = words(
    "__class__ __dict__ __mro__ __bases__ __subclasses__ __annotations__ __dataclass_fields__ __slots__ "
    "__match_args__ __members__ __wrapped__ __notes__ __suppress_context__ __defaults__ __kwdefaults__ "
    "__abstractmethods__ __orig_bases__ __parameters__ __fields__ __total__ __required_keys__ __optional_keys__ "
    "__args__ __origin__ __type_params__ __value__"
)

# Methods of the data model that a guest class may define, and call on its own objects and through `super()`.
DEFINABLE_DUNDERS = words(
    "__init__ __new__ __post_init__ __init_subclass__ __set_name__ __class_getitem__ __call__ __repr__ "
    "__str__ __format__ __bytes__ __hash__ __bool__ __len__ __length_hint__ __getitem__ __setitem__ "
    "__delitem__ __missing__ __iter__ __next__ __reversed__ __contains__ __enter__ __exit__ __aenter__ "
    "__aexit__ __await__ __aiter__ __anext__ __getattr__ __setattr__ __delattr__ __dir__ __get__ __set__ "
    "__delete__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __add__ __sub__ __mul__ __matmul__ __truediv__ "
    "__floordiv__ __mod__ __divmod__ __pow__ __lshift__ __rshift__ __and__ __xor__ __or__ __radd__ __rsub__ "
    "__rmul__ __rmatmul__ __rtruediv__ __rfloordiv__ __rmod__ __rdivmod__ __rpow__ __rlshift__ __rrshift__ "
    "__rand__ __rxor__ __ror__ __iadd__ __isub__ __imul__ __imatmul__ __itruediv__ __ifloordiv__ __imod__ "
    "__ipow__ __ilshift__ __irshift__ __iand__ __ixor__ __ior__ __neg__ __pos__ __abs__ __invert__ "
    "__complex__ __int__ __float__ __index__ __round__ __trunc__ __floor__ __ceil__ __copy__ __deepcopy__ "
    "__sizeof__ __fspath__ __replace__"
)

# Data that a class body may assign. `__slots__` and `__match_args__` are checked, as they name attributes.
ASSIGNABLE_DUNDERS = frozenset({"__slots__", "__match_args__", "__hash__", "__doc__", "__module__", "__qualname__"})

# `_x` names that are part of a public interface.
PUBLIC_UNDERSCORES = words(
    "_asdict _replace _fields _field_defaults _make _value_ _name_ _missing_ _generate_next_value_ _ignore_"
)

# Attributes that lead from an object to frames, code or class internals.
DENIED_ATTRIBUTES = words(
    "gi_frame gi_code gi_yieldfrom gi_running gi_suspended cr_frame cr_code cr_await cr_origin cr_running "
    "cr_suspended ag_frame ag_code ag_await ag_running ag_suspended tb_frame tb_next tb_lineno tb_lasti "
    "f_back f_builtins f_code f_globals f_lasti f_lineno f_locals f_trace f_trace_lines f_trace_opcodes "
    "f_generator co_argcount co_cellvars co_code co_code_adaptive co_consts co_exceptiontable co_filename "
    "co_firstlineno co_flags co_freevars co_kwonlyargcount co_lines co_linetable co_lnotab co_name co_names "
    "co_nlocals co_positions co_posonlyargcount co_qualname co_stacksize co_varnames func_globals func_code "
    "func_closure func_defaults with_traceback"
)

# Methods of event loops and tasks that start processes and threads, open files and sockets, or show frames.
LOOP_METHODS = words(
    "get_loop get_stack print_stack get_coro subprocess_shell subprocess_exec run_in_executor set_default_executor "
    "create_server create_unix_server create_connection create_unix_connection create_datagram_endpoint sendfile "
    "connect_accepted_socket connect_read_pipe connect_write_pipe add_reader add_writer add_signal_handler "
    "set_task_factory set_exception_handler call_soon_threadsafe"
)

# Attributes that are refused on some objects only.
CONDITIONAL_ATTRIBUTES = frozenset({"mro", "obj", "fget", "fset", "fdel"})

# Public names under which objects hold modules or functions that reach outside.
RISKY_ATTRIBUTES = words(
    "os sys io subprocess builtins importlib shutil socket ctypes posix nt posixpath ntpath pathlib pickle "
    "marshal inspect gc types code codecs codeop threading multiprocessing signal tempfile platform pty runpy "
    "site sysconfig webbrowser urllib http ftplib smtplib asyncio linecache traceback warnings weakref "
    "operator functools tokenize system popen fork forkpty kill killpg eval exec compile open modules "
    "meta_path path_hooks getattr environ environb execl execle execlp execlpe execv execve execvp execvpe "
    "spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe posix_spawn posix_spawnp startfile "
    "check_output check_call Popen import_module globals locals vars mutex not_empty not_full all_tasks_done "
    "breakpoint attrgetter methodcaller get_type_hints mkdir makedirs remove unlink rmdir removedirs rename renames "
    "listdir scandir walk fwalk chmod lchmod chown lchown symlink link mkfifo mknod putenv unsetenv getenv chdir "
    "fchdir chroot truncate utime fdopen rmtree copytree copyfile copyfileobj copy2 run call Path move copy "
    "make_archive unpack_archive disk_usage getoutput getstatusoutput socket create_connection socketpair urlopen "
    "urlretrieve NamedTemporaryFile TemporaryFile TemporaryDirectory mkstemp mkdtemp CDLL PyDLL pythonapi reload "
    "find_spec run_path run_module start_new_thread"
).union(
    name
    for module in (os, sys)
    for name, value in vars(module).items()
    if name[:1] != "_" and isinstance(value, (types.FunctionType, types.BuiltinFunctionType))
)

# Bindings of builtins that guest code doesn't get, with what to use instead.
REFUSED_BUILTINS = {
    "open": "files can't be opened here; ask for a tool that reads them",
    "eval": "write the expression itself",
    "exec": "write the statements themselves",
    "compile": "write the code itself",
    "input": "nobody is there to answer; use a tool or a variable",
    "breakpoint": "print what you want to see",
    "globals": "use the variables by name, or a dict of your own",
    "locals": "use the variables by name, or a dict of your own",
    "vars": "name the attributes that you want to see",
    "memoryview": "use bytes or bytearray",
    "help": "print the object's __doc__",
    "exit": "let the action end",
    "quit": "let the action end",
    "__import__": "use the import statement",
    "copyright": "it is not needed here",
    "credits": "it is not needed here",
    "license": "it is not needed here",
}
