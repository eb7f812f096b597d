"""All exceptions of smolagents.

Exception
├─ AgentError                      a step went wrong: stored in the step, shown to the model
│  ├─ AgentParsingError            the model's output holds no action
│  ├─ AgentExecutionError          the action failed
│  │  ├─ AgentToolCallError        a tool was called with wrong arguments
│  │  └─ AgentToolExecutionError   a tool raised, or does not exist
│  ├─ AgentMaxStepsError           no answer within the allowed steps
│  └─ AgentGenerationError         the model failed: leaves `run`
├─ ExecutionTimeoutError           an action ran past its deadline
├─ SerializationError              a value can't cross to or from a sandbox
├─ SandboxError                    a sandbox does not start, or can't isolate as it should
├─ TypeHintParsingException        a type hint has no JSON schema
├─ DocstringParsingException       a docstring lacks what a tool needs
├─ ValueError
│  └─ InterpreterError             an action was refused or failed inside the interpreter
└─ ImportError
   └─ MissingPluginError           a name's distribution is not installed
      ├─ PluginClashError          two distributions offer one name
      └─ BrokenPluginError         a name's distribution is installed and fails

BaseException
└─ FinalAnswerException            `final_answer(...)` was called inside an action
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smolagents.monitoring import AgentLogger


class AgentError(Exception):
    """Report a failed step of an agent.

    Args:
        message: What went wrong and what mends it; the model reads this text.
        logger: Where to show the message at once. The agents' own loop leaves it out: its listeners show errors.
    """

    def __init__(self, message: str, logger: AgentLogger | None = None) -> None:
        super().__init__(message)
        self.message = message
        if logger is not None:
            logger.log_error(message)

    def dict(self) -> dict[str, str]:
        """Return the error's class name and message."""
        return {"type": type(self).__name__, "message": str(self.message)}


class AgentParsingError(AgentError):
    """Report model output that holds no action."""


class AgentExecutionError(AgentError):
    """Report an action that failed."""


class AgentToolCallError(AgentExecutionError):
    """Report a tool call whose arguments don't fit the tool."""


class AgentToolExecutionError(AgentExecutionError):
    """Report a tool that raised or that does not exist."""


class AgentMaxStepsError(AgentError):
    """Report a run that used up its steps."""


class AgentGenerationError(AgentError):
    """Report a model that failed to generate."""


class InterpreterError(ValueError):
    """Report code that the interpreter refused or that failed inside it."""


class ExecutionTimeoutError(Exception):
    """Report an action that ran past its deadline."""


class FinalAnswerException(BaseException):
    """Carry the final answer out of an action, past every `except Exception`."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


class SerializationError(Exception):
    """Report a value that can't cross to or from a sandbox."""


class SandboxError(Exception):
    """Report a sandbox that does not start, or that can't isolate as it should."""


class TypeHintParsingException(Exception):
    """Report a type hint that has no JSON schema."""


class DocstringParsingException(Exception):
    """Report a docstring that lacks what a tool needs."""


class MissingPluginError(ImportError):
    """Report a name whose distribution is not installed, with the command that installs it."""


class PluginClashError(MissingPluginError):
    """Report a name that two distributions offer, so that neither gets it."""


class BrokenPluginError(MissingPluginError):
    """Report a plugin that is installed and fails to load or to do its part."""
