"""The subcommands of `smolagents plugins` that need more than the listing does."""
