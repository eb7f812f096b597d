"""Agents that act by writing Python.

    from smolagents import CodeAgent, OpenAIModel

    CodeAgent(model=OpenAIModel("gpt-4o")).run("How many seconds does a leap year have?")

Importing this package loads next to nothing: each name is looked up when it is used, in core or in the installed
plugin that owns it. `smolagents.plugins.names` lists who owns which name.
"""

__version__ = "0.1.0"
_DISTRIBUTION = "smolagents-core"  # what PyPI's own `smolagents`, installed over this package, would not have

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smolagents_exec_blaxel import BlaxelExecutor as BlaxelExecutor
    from smolagents_exec_docker import DockerExecutor as DockerExecutor
    from smolagents_exec_e2b import E2BExecutor as E2BExecutor
    from smolagents_exec_modal import ModalExecutor as ModalExecutor
    from smolagents_exec_wasm import WasmExecutor as WasmExecutor
    from smolagents_models_bedrock import (
        AmazonBedrockModel as AmazonBedrockModel,
        AmazonBedrockServerModel as AmazonBedrockServerModel,
    )
    from smolagents_models_hf import (
        HfApiModel as HfApiModel,
        InferenceClientModel as InferenceClientModel,
        push_to_hub as push_to_hub,
    )
    from smolagents_models_litellm import LiteLLMModel as LiteLLMModel, LiteLLMRouterModel as LiteLLMRouterModel
    from smolagents_models_mlx import MLXModel as MLXModel
    from smolagents_models_openai import (
        AzureOpenAIModel as AzureOpenAIModel,
        AzureOpenAIServerModel as AzureOpenAIServerModel,
        OpenAIModel as OpenAIModel,
        OpenAIServerModel as OpenAIServerModel,
    )
    from smolagents_models_transformers import TransformersModel as TransformersModel
    from smolagents_models_vllm import VLLMModel as VLLMModel
    from smolagents_tools_audio import (
        SpeechToTextTool as SpeechToTextTool,
        TranscriptionTool as TranscriptionTool,
    )
    from smolagents_tools_mcp import MCPClient as MCPClient
    from smolagents_tools_media import (
        ImageAnalysisTool as ImageAnalysisTool,
        VideoTranscriptionTool as VideoTranscriptionTool,
    )
    from smolagents_tools_web import (
        ApiWebSearchTool as ApiWebSearchTool,
        DuckDuckGoSearchTool as DuckDuckGoSearchTool,
        GoogleSearchTool as GoogleSearchTool,
        VisitWebpageTool as VisitWebpageTool,
        WebSearchTool as WebSearchTool,
        WikipediaSearchTool as WikipediaSearchTool,
    )
    from smolagents_ui_gradio import GradioUI as GradioUI, stream_to_gradio as stream_to_gradio

    from smolagents.agent_types import (
        AgentAudio as AgentAudio,
        AgentImage as AgentImage,
        AgentText as AgentText,
        AgentType as AgentType,
        AgentVideo as AgentVideo,
        handle_agent_output_types as handle_agent_output_types,
    )
    from smolagents.agents import (
        AGENT_REGISTRY as AGENT_REGISTRY,
        EMPTY_PROMPT_TEMPLATES as EMPTY_PROMPT_TEMPLATES,
        ActionOutput as ActionOutput,
        AgentRunResult as AgentRunResult,
        AgentStep as AgentStep,
        CodeAgent as CodeAgent,
        FinalAnswerPromptTemplate as FinalAnswerPromptTemplate,
        ManagedAgentPromptTemplate as ManagedAgentPromptTemplate,
        MultiStepAgent as MultiStepAgent,
        PlanningPromptTemplate as PlanningPromptTemplate,
        PromptTemplates as PromptTemplates,
        RunResult as RunResult,
        StreamEvent as StreamEvent,
        ToolCallingAgent as ToolCallingAgent,
        ToolOutput as ToolOutput,
        load_agent as load_agent,
        populate_template as populate_template,
    )
    from smolagents.cli import (
        console as console,
        interactive_mode as interactive_mode,
        leopard_prompt as leopard_prompt,
        load_model as load_model,
        main as main,
        parse_arguments as parse_arguments,
        run_smolagent as run_smolagent,
    )
    from smolagents.default_tools import (
        TOOL_MAPPING as TOOL_MAPPING,
        FinalAnswerTool as FinalAnswerTool,
        PythonInterpreterTool as PythonInterpreterTool,
        UserInputTool as UserInputTool,
    )
    from smolagents.errors import (
        AgentError as AgentError,
        AgentExecutionError as AgentExecutionError,
        AgentGenerationError as AgentGenerationError,
        AgentMaxStepsError as AgentMaxStepsError,
        AgentParsingError as AgentParsingError,
        AgentToolCallError as AgentToolCallError,
        AgentToolExecutionError as AgentToolExecutionError,
        BrokenPluginError as BrokenPluginError,
        MissingPluginError as MissingPluginError,
        PluginClashError as PluginClashError,
        SerializationError as SerializationError,
    )
    from smolagents.local_python_executor import (
        LocalPythonExecutor as LocalPythonExecutor,
        PythonExecutor as PythonExecutor,
        evaluate_python_code as evaluate_python_code,
        fix_final_answer_code as fix_final_answer_code,
    )
    from smolagents.memory import (
        ActionStep as ActionStep,
        AgentMemory as AgentMemory,
        CallbackRegistry as CallbackRegistry,
        FinalAnswerStep as FinalAnswerStep,
        MemoryStep as MemoryStep,
        PlanningStep as PlanningStep,
        SystemPromptStep as SystemPromptStep,
        TaskStep as TaskStep,
        ToolCall as ToolCall,
    )
    from smolagents.models import (
        CODEAGENT_RESPONSE_FORMAT as CODEAGENT_RESPONSE_FORMAT,
        MODEL_REGISTRY as MODEL_REGISTRY,
        REMOVE_PARAMETER as REMOVE_PARAMETER,
        ApiModel as ApiModel,
        ChatMessage as ChatMessage,
        ChatMessageStreamDelta as ChatMessageStreamDelta,
        ChatMessageToolCall as ChatMessageToolCall,
        MessageRole as MessageRole,
        Model as Model,
        RecordingModel as RecordingModel,
        ReplayModel as ReplayModel,
        agglomerate_stream_deltas as agglomerate_stream_deltas,
        get_clean_message_list as get_clean_message_list,
        parse_json_if_needed as parse_json_if_needed,
        tool_role_conversions as tool_role_conversions,
    )
    from smolagents.monitoring import (
        YELLOW_HEX as YELLOW_HEX,
        AgentLogger as AgentLogger,
        LogLevel as LogLevel,
        Monitor as Monitor,
    )
    from smolagents.plugins import PluginWarning as PluginWarning
    from smolagents.remote_executors import (
        ProcessExecutor as ProcessExecutor,
        RemotePythonExecutor as RemotePythonExecutor,
    )
    from smolagents.serialization import SafeSerializer as SafeSerializer
    from smolagents.tools import (
        AUTHORIZED_TYPES as AUTHORIZED_TYPES,
        BaseTool as BaseTool,
        Tool as Tool,
        ToolCollection as ToolCollection,
        launch_gradio_demo as launch_gradio_demo,
        load_tool as load_tool,
        tool as tool,
        validate_tool_arguments as validate_tool_arguments,
    )
    from smolagents.usage import Timing as Timing, TokenUsage as TokenUsage
    from smolagents.utils import (
        BASE_BUILTIN_MODULES as BASE_BUILTIN_MODULES,
        create_agent_gradio_app_template as create_agent_gradio_app_template,
        extract_code_from_text as extract_code_from_text,
        is_valid_name as is_valid_name,
        make_init_file as make_init_file,
        parse_code_blobs as parse_code_blobs,
        truncate_content as truncate_content,
    )
else:

    def __getattr__(name):
        from smolagents.plugins.resolution import surface_attribute

        return surface_attribute(name)

    def __dir__():
        from smolagents.plugins.resolution import surface_names

        return sorted({*globals(), *surface_names()})
