"""Tools that let an agent list, read and search the files of one folder, and nothing outside of it."""

from smolagents_files.tools import ListFilesTool, ReadFileTool, SearchFilesTool

__all__ = ["ListFilesTool", "ReadFileTool", "SearchFilesTool"]
