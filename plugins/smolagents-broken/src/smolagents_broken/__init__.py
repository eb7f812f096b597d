"""A plugin that can't be imported."""

raise RuntimeError("smolagents-broken fails on purpose")
