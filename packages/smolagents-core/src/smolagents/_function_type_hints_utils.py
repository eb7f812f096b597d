"""JSON schemas from type hints, and the packages that code imports, under the names that programs import."""

from smolagents.errors import DocstringParsingException, TypeHintParsingException
from smolagents.tools.docstrings import parse_google_format_docstring
from smolagents.tools.imports import get_imports, get_package_name
from smolagents.tools.schema import get_json_schema

__all__ = [
    "DocstringParsingException",
    "TypeHintParsingException",
    "get_imports",
    "get_json_schema",
    "get_package_name",
    "parse_google_format_docstring",
]
