"""Run one agent for N steps with an instant model and print what that took, as JSON. Knows the public API only.

    python steps.py code|tools|bare N plain|api

`code` and `tools` are the two agents; `bare` is the same loop written by hand. With `api` the model also prepares and
serialises all messages at every call, as a client of an HTTP API must.
"""

import contextlib
import io
import json
import re
import resource
import sys
import time

OBSERVATION = "x" * 2000
CODE = "text = 'x' * 2000\nprint(text)"


def bare(steps: int) -> None:
    """Run the loop by hand: ask, find the code, run it, note what it printed."""
    messages = [{"role": "system", "content": "You write code."}, {"role": "user", "content": "Do it."}]
    variables: dict = {}
    for _ in range(steps):
        reply = f"Thought: next.\n<code>\n{CODE}\n</code>"
        match = re.search(r"<code>(.*?)</code>", reply, re.DOTALL)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(match[1].strip(), "<action>", "exec"), variables)
        messages.append({"role": "assistant", "content": reply})
        messages.append({"role": "user", "content": f"Observation:\n{printed.getvalue()}"})


def make_agent(kind: str, steps: int, serialise: bool):
    """Return an agent whose model answers at once and ends the run after that many steps."""
    from smolagents import ChatMessage, CodeAgent, LogLevel, Model, PythonExecutor, ToolCallingAgent, tool
    from smolagents.local_python_executor import CodeOutput
    from smolagents.models import ChatMessageToolCall, ChatMessageToolCallFunction

    class InstantModel(Model):
        calls = 0

        def generate(self, messages, stop_sequences=None, response_format=None, tools_to_call_from=None, **kwargs):
            if serialise:
                prepared = self._prepare_completion_kwargs(messages=messages, stop_sequences=stop_sequences)
                json.dumps(prepared["messages"])
            self.calls += 1
            last = self.calls % steps == 0
            if kind == "code":
                text = "<code>\nfinal_answer('done')\n</code>" if last else f"Thought: next.\n<code>\n{CODE}\n</code>"
                return ChatMessage("assistant", text)
            name, arguments = ("final_answer", {"answer": "done"}) if last else ("look", {"place": "here"})
            function = ChatMessageToolCallFunction(arguments, name)
            return ChatMessage("assistant", "Next.", [ChatMessageToolCall(function, f"call_{self.calls}", "function")])

    class InstantExecutor(PythonExecutor):
        def send_tools(self, tools):
            pass

        def send_variables(self, variables):
            pass

        def __call__(self, code_action):
            last = "final_answer" in code_action
            return CodeOutput("done" if last else None, "" if last else OBSERVATION, last)

    @tool
    def look(place: str) -> str:
        """Looks somewhere.

        Args:
            place: Where to look.
        """
        return OBSERVATION

    options = {"model": InstantModel(model_id="instant"), "max_steps": steps + 1, "verbosity_level": LogLevel.OFF}
    if kind == "code":
        return CodeAgent(tools=[], executor=InstantExecutor(), **options)
    return ToolCallingAgent(tools=[look], **options)


def prepare(kind: str, steps: int, messages: str):
    """Return a function that does the whole run."""
    if kind == "bare":
        return lambda: bare(steps)
    agent = make_agent(kind, steps, messages == "api")
    return lambda: agent.run("Do it.")


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(kind: str, steps: int, messages: str) -> None:
    """Warm up with a short run, then measure a long one."""
    prepare(kind, 3, messages)()
    run = prepare(kind, steps, messages)
    before = peak()
    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "kilobytes": peak() - before}))


main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
