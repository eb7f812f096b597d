"""The names that belong to somebody: core's own, and those of each first-party distribution.

Nobody else can offer a name of these tables, not even while its owner is not installed.
"""

KINDS = ("models", "executors", "tools", "extras")

_CORE_MODULES = {
    "agent_types": (
        "AgentAudio",
        "AgentImage",
        "AgentText",
        "AgentType",
        "AgentVideo",
        "handle_agent_output_types",
    ),
    "agents": (
        "AGENT_REGISTRY",
        "ActionOutput",
        "AgentRunResult",
        "AgentStep",
        "CodeAgent",
        "EMPTY_PROMPT_TEMPLATES",
        "FinalAnswerPromptTemplate",
        "ManagedAgentPromptTemplate",
        "MultiStepAgent",
        "PlanningPromptTemplate",
        "PromptTemplates",
        "RunResult",
        "StreamEvent",
        "ToolCallingAgent",
        "ToolOutput",
        "load_agent",
        "populate_template",
    ),
    "cli": (
        "console",
        "interactive_mode",
        "leopard_prompt",
        "load_model",
        "main",
        "parse_arguments",
        "run_smolagent",
    ),
    "default_tools": ("FinalAnswerTool", "PythonInterpreterTool", "TOOL_MAPPING", "UserInputTool"),
    "errors": (
        "AgentError",
        "AgentExecutionError",
        "AgentGenerationError",
        "AgentMaxStepsError",
        "AgentParsingError",
        "AgentToolCallError",
        "AgentToolExecutionError",
        "BrokenPluginError",
        "MissingPluginError",
        "PluginClashError",
        "SerializationError",
    ),
    "local_python_executor": (
        "LocalPythonExecutor",
        "PythonExecutor",
        "evaluate_python_code",
        "fix_final_answer_code",
    ),
    "memory": (
        "ActionStep",
        "AgentMemory",
        "CallbackRegistry",
        "FinalAnswerStep",
        "MemoryStep",
        "PlanningStep",
        "SystemPromptStep",
        "TaskStep",
        "ToolCall",
    ),
    "models": (
        "ApiModel",
        "CODEAGENT_RESPONSE_FORMAT",
        "ChatMessage",
        "ChatMessageStreamDelta",
        "ChatMessageToolCall",
        "MODEL_REGISTRY",
        "MessageRole",
        "Model",
        "REMOVE_PARAMETER",
        "RecordingModel",
        "ReplayModel",
        "agglomerate_stream_deltas",
        "get_clean_message_list",
        "parse_json_if_needed",
        "tool_role_conversions",
    ),
    "monitoring": ("AgentLogger", "LogLevel", "Monitor", "YELLOW_HEX"),
    "plugins": ("PluginWarning",),
    "remote_executors": ("ProcessExecutor", "RemotePythonExecutor"),
    "serialization": ("SafeSerializer",),
    "tools": (
        "AUTHORIZED_TYPES",
        "BaseTool",
        "Tool",
        "ToolCollection",
        "launch_gradio_demo",
        "load_tool",
        "tool",
        "validate_tool_arguments",
    ),
    "usage": ("Timing", "TokenUsage"),
    "utils": (
        "BASE_BUILTIN_MODULES",
        "create_agent_gradio_app_template",
        "extract_code_from_text",
        "is_valid_name",
        "make_init_file",
        "parse_code_blobs",
        "truncate_content",
    ),
}

CORE = {name: module for module, names in _CORE_MODULES.items() for name in names}
"""Module of `smolagents` that holds each core name."""

CORE_EXECUTORS = frozenset({"local", "process"})
"""Executor types that core brings along."""

CORE_TOOLS = {
    "final_answer": "FinalAnswerTool",
    "python_interpreter": "PythonInterpreterTool",
    "user_input": "UserInputTool",
}
"""Class of each tool that core brings along, by the tool's name."""

RESERVED = frozenset({*CORE, *CORE_EXECUTORS, *CORE_TOOLS})
"""All names that are core's, its executor types and its tools included."""

DISTRIBUTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "smolagents-models-openai": {
        "models": ("AzureOpenAIModel", "AzureOpenAIServerModel", "OpenAIModel", "OpenAIServerModel"),
    },
    "smolagents-models-litellm": {"models": ("LiteLLMModel", "LiteLLMRouterModel")},
    "smolagents-models-hf": {"models": ("HfApiModel", "InferenceClientModel"), "extras": ("push_to_hub",)},
    "smolagents-models-bedrock": {"models": ("AmazonBedrockModel", "AmazonBedrockServerModel")},
    "smolagents-models-transformers": {"models": ("TransformersModel",)},
    "smolagents-models-mlx": {"models": ("MLXModel",)},
    "smolagents-models-vllm": {"models": ("VLLMModel",)},
    "smolagents-exec-docker": {"executors": ("DockerExecutor", "docker")},
    "smolagents-exec-e2b": {"executors": ("E2BExecutor", "e2b")},
    "smolagents-exec-modal": {"executors": ("ModalExecutor", "modal")},
    "smolagents-exec-blaxel": {"executors": ("BlaxelExecutor", "blaxel")},
    "smolagents-exec-wasm": {"executors": ("WasmExecutor", "wasm")},
    "smolagents-tools-web": {
        "tools": (
            "ApiWebSearchTool",
            "DuckDuckGoSearchTool",
            "GoogleSearchTool",
            "VisitWebpageTool",
            "WebSearchTool",
            "WikipediaSearchTool",
            "visit_webpage",
            "web_search",
            "wikipedia_search",
        ),
    },
    "smolagents-tools-mcp": {"extras": ("MCPClient",)},
    "smolagents-tools-langchain": {},
    "smolagents-tools-audio": {
        "tools": ("SpeechToTextTool", "TranscriptionTool", "speech_to_text", "transcriber"),
    },
    "smolagents-tools-media": {
        "tools": (
            "ImageAnalysisTool",
            "VideoTranscriptionTool",
            "document_question_answering",
            "image_analysis",
            "image_question_answering",
            "translation",
            "video_transcriber",
        ),
    },
    "smolagents-ui-gradio": {"extras": ("GradioUI", "stream_to_gradio")},
    "smolagents-browser": {},
    "smolagents-telemetry": {},
    "smolagents-testing": {},
}
"""First-party distributions and the names of each kind that they own."""

NAMELESS = frozenset(distribution for distribution, kinds in DISTRIBUTIONS.items() if not kinds)
"""First-party distributions that offer their import package, and no names."""

CORE_COMMANDS = ("run", "plugins", "tools", "doctor", "version", "help")
"""Subcommands of `smolagents` that core brings along."""

COMMANDS = {"hub": "smolagents-models-hf", "mcp": "smolagents-tools-mcp", "ui": "smolagents-ui-gradio"}
"""First-party distribution that adds each subcommand of `smolagents`."""

FIRST_PARTY = {
    name: distribution for distribution, kinds in DISTRIBUTIONS.items() for names in kinds.values() for name in names
}
"""Distribution that owns each first-party name."""


def first_party_kind(name: str) -> str | None:
    """Return the kind of a first-party name, or None for any other name."""
    kinds = DISTRIBUTIONS[FIRST_PARTY[name]] if name in FIRST_PARTY else {}
    return next((kind for kind, names in kinds.items() if name in names), None)


def normalized(distribution: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return distribution.replace("_", "-").replace(".", "-").lower()
