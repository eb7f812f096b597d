"""The help texts: ready-made, because building a parser takes longer than all else that `--help` does."""

SMOLAGENT = """\
usage: smolagent [TASK] [OPTIONS]

Let an agent do a task: a model writes code, the code runs, the model reads the result, until it has the answer.
Without TASK it is read from a pipe (also with - as TASK); in a terminal, smolagent asks for all it needs.

  smolagent "How many primes are below 10,000?"
  smolagent "Plot sales.csv" --executor local --imports pandas "matplotlib.*" --model openai/gpt-4.1
  smolagent "What is new in Python 3.14?" --tools web_search visit_webpage --quiet

Model (without any of these: SMOLAGENTS_MODEL, else a provider whose key is in the environment, else a local server):
  --model SPEC            openai/gpt-4.1, anthropic/claude-sonnet-4-5, hf/Qwen/Qwen3-32B, ollama/llama3.2, a class of
                          models such as LiteLLMModel/groq/llama-3.3-70b-versatile, or what a plugin knows
  --model-type CLASS      class of the model: OpenAIModel, LiteLLMModel, InferenceClientModel, ReplayModel, …
  --model-id ID           the model's name for its provider, or a path
  --provider NAME         inference provider, for InferenceClientModel
  --api-base URL          address of the API, such as http://localhost:8000/v1
  --api-key KEY           key of the API; better in the environment, where no other user can see it

Agent:
  --action-type TYPE      code: the model acts by writing Python (default); tool_calling: by JSON tool calls
  --tools NAME …          tools by name, or Spaces as user/space (default: web_search if it is installed)
  --imports MODULE …      modules that the code may import, besides a few safe ones
  --executor TYPE         where the code runs: local, process, docker, e2b, … (default: process if there is one)
  --max-steps N           how many steps the agent may take (default: 20)

Output:
  --verbosity-level N     0 errors and the answer, 1 each step (default), 2 also what the model reads, -1 the answer
  --quiet                 only the answer
  --json                  one JSON object a line: run_started, tool_call, plan, step, and at the end run_finished
  --version               the version
  -h, --help              this text

An answer that is an image, a sound or a video is saved in the working directory (answer.png, …), and its path is shown.
Lists may be separated by blanks or commas, in one argument or several; options may be spelled with - or _.
A task that follows a list is set off by --:  smolagent --tools read_file -- "Sum up notes.txt"

Ctrl-C stops after the current step, a second one at once.
Exit code: 0 the agent answered, 1 the run failed or used up its steps, 2 bad usage, 130 interrupted.

Variables that are not set are read from the file .env of the working directory.
  SMOLAGENTS_MODEL          the model, as for --model
  SMOLAGENTS_LOCAL_SERVERS  where to look for local servers instead of the usual ports, such as http://127.0.0.1:9999
  SMOLAGENTS_PLUGINS        which distributions' plugins may be used; SMOLAGENTS_DISABLE_PLUGINS=1: none
"""

SMOLAGENTS = """\
usage: smolagents COMMAND [ARGUMENTS]

  run [TASK] [OPTIONS]    let an agent do a task, as `smolagent` does; see: smolagents run --help
  plugins list            list the installed plugins; also: info, install, new, check; see: smolagents plugins --help
  tools list              list the tools that are installed, and how to install others
  tools call NAME K=V …   call a tool, such as: smolagents tools call web_search query="tides"
  doctor                  tell what works on this machine and what does not: models, executors, plugins; --json
  version                 print the version
  help [COMMAND]          print this text and the commands that installed plugins add, or the help of one command
"""

DOCTOR = """\
usage: smolagents doctor [--json]

Tell what works on this machine and what does not: Python, the model that `smolagent` would take, each executor with
its layers of isolation, and the plugins; for what does not work, what to do about it.

  --json                  print JSON
  -h, --help              this text

Exit code: 0 all that is installed works, 1 some of it does not, 2 bad usage.
"""
