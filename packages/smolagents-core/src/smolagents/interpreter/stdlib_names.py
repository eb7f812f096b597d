"""Which public names of standard library modules guest code doesn't get."""

from __future__ import annotations

from smolagents.interpreter.policy import words

# The only names that these modules offer: what else they hold reaches frames, files, loops or the whole process.
OFFERED: dict[str, frozenset[str]] = {
    "asyncio": words(
        "run sleep gather wait wait_for as_completed create_task ensure_future shield timeout timeout_at TaskGroup "
        "Timeout Queue LifoQueue PriorityQueue QueueEmpty QueueFull QueueShutDown Lock Event Condition Semaphore "
        "BoundedSemaphore Barrier BrokenBarrierError CancelledError TimeoutError InvalidStateError iscoroutine "
        "iscoroutinefunction isfuture ALL_COMPLETED FIRST_COMPLETED FIRST_EXCEPTION"
    ),
    "contextlib": words(
        "contextmanager asynccontextmanager closing aclosing nullcontext suppress ExitStack AsyncExitStack "
        "ContextDecorator AsyncContextDecorator AbstractContextManager AbstractAsyncContextManager"
    ),
    "contextvars": words("ContextVar Token"),
    "copy": words("copy deepcopy replace Error error"),
    "enum": words(
        "Enum IntEnum StrEnum Flag IntFlag ReprEnum EnumMeta EnumType FlagBoundary EnumCheck auto unique verify member "
        "nonmember property show_flag_values STRICT CONFORM EJECT KEEP CONTINUOUS NAMED_FLAGS UNIQUE"
    ),
    "gc": words("collect isenabled"),
    "inspect": words(
        "signature Parameter BoundArguments isfunction ismethod isclass ismodule isbuiltin isroutine isgenerator "
        "isgeneratorfunction iscoroutine iscoroutinefunction isasyncgen isasyncgenfunction isawaitable isabstract "
        "isdatadescriptor ismethoddescriptor getdoc cleandoc"
    ),
    "logging": words("NOTSET DEBUG INFO WARN WARNING ERROR FATAL CRITICAL getLevelName"),
    "shlex": words("split join quote"),
    "sys": words(
        "version version_info hexversion api_version implementation platform byteorder maxsize maxunicode float_info "
        "float_repr_style int_info hash_info getsizeof getrecursionlimit get_int_max_str_digits intern copyright "
        "stdlib_module_names builtin_module_names"
    ),
    "timeit": words("default_timer"),
    "traceback": words("format_exc format_exception_only"),
}

# Public names of other modules that walk attributes, evaluate text, or change the whole process.
DROPPED: dict[str, frozenset[str]] = {
    "string": words("Formatter"),
    "typing": words(
        "get_type_hints ForwardRef evaluate_forward_ref no_type_check_decorator get_overloads clear_overloads"
    ),
    "time": words("clock_settime clock_settime_ns tzset pthread_getcpuclockid"),
    "decimal": words("DefaultContext BasicContext ExtendedContext setcontext"),
    "re": words("template"),
    "tokenize": words("open"),
    "types": words(
        "FunctionType LambdaType CodeType CellType MethodType ModuleType new_class FrameType TracebackType coroutine "
        "prepare_class GenericAlias"
    ),
    "io": words("open open_code FileIO"),
    "argparse": words("FileType"),
    "calendar": words("setfirstweekday"),
    "codecs": words("open register register_error unregister"),
    "csv": words("register_dialect unregister_dialect field_size_limit"),
    "locale": words("setlocale"),
    "threading": words("settrace setprofile settrace_all_threads setprofile_all_threads stack_size excepthook"),
    "warnings": words("showwarning formatwarning warn_explicit"),
    "builtins": words(
        "eval exec compile open __import__ globals locals vars input breakpoint getattr setattr delattr type memoryview"
    ),
}


def is_offered(module: str, name: str) -> bool:
    """Tell whether guest code gets a public name of an authorized module."""
    offered = OFFERED.get(module)
    return name in offered if offered is not None else name not in DROPPED.get(module, ())
