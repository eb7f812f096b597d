"""The prompt templates of the agents, as YAML files."""
