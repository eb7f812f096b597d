"""The help text of `webagent`."""

WEBAGENT = """\
usage: webagent [TASK] [OPTIONS]

Let an agent do a task in a web browser: a model sees a screenshot of the page, writes code that clicks, types and
scrolls, and looks again, until it has the answer. The model has to understand images.
Without TASK it is read from a pipe (also with - as TASK).

  webagent "go to example.com/men, get to the sale section, click the first item, return its details and price"
  webagent "What is the front page of news.example about?" --model anthropic/claude-sonnet-4-5 --quiet

Model (without any of these: SMOLAGENTS_MODEL, else LiteLLMModel gpt-4o):
  --model SPEC            openai/gpt-4.1, anthropic/claude-sonnet-4-5, ollama/qwen2.5vl, …, as for smolagent
  --model-type CLASS      class of the model (default: LiteLLMModel)
  --model-id ID           the model's name for its provider, or a path (default: gpt-4o)
  --provider NAME         inference provider, for InferenceClientModel
  --api-base URL          address of the API, such as http://localhost:8000/v1
  --api-key KEY           key of the API; better in the environment, where no other user can see it

Browser:
  --headless, --window    show no window, or one (default: one if there is a display)
  --private-hosts HOST …  hosts on this machine or its network that may be visited, as localhost or localhost:8000
                          (default: none, only the public Internet)

Agent:
  --executor TYPE         where the code runs: local, process, docker, … (default: process if there is one)
  --max-steps N           how many steps the agent may take (default: 20)

Output:
  --verbosity-level N     0 errors and the answer, 1 each step (default), 2 also what the model reads, -1 the answer
  --quiet                 only the answer
  --json                  one JSON object a line: run_started, tool_call, plan, step, and at the end run_finished
  --version               the version
  -h, --help              this text

Lists may be separated by blanks or commas; a task that follows a list is set off by --.
Ctrl-C stops after the current step, a second one at once; the browser is ended in any case.
Exit code: 0 the agent answered, 1 the run failed or used up its steps, 2 bad usage, 130 interrupted.

Variables that are not set are read from the file .env of the working directory.
  SMOLAGENTS_MODEL          the model, as for --model
  CHROMIUM, CHROMEDRIVER    the programs, where they are not on PATH
"""
