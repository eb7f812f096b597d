"""The drivers of the loop: they perform what it asks for, in sync or async, and pass on what it reports."""

from smolagents.drivers.asynchronous import drive_async
from smolagents.drivers.synchronous import drive

__all__ = ["drive", "drive_async"]
