"""Tools of LangChain as tools for smolagents: `Tool.from_langchain`."""

from smolagents_tools_langchain.tool import AsyncLangChainTool, LangChainTool, tool_from_langchain

__all__ = ["AsyncLangChainTool", "LangChainTool", "tool_from_langchain"]
