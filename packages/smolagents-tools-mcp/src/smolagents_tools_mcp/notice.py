"""Tell a function that something has happened, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger("smolagents.mcp")


class Notice:
    """Call a function, and once more if there was a reason to meanwhile.

    Not on the loop, where all connections wait: it may well ask a server. And not in a thread for each reason: a server
    may give any number of them.

    Args:
        function: What is called.
    """

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function
        self._lock = threading.Lock()
        self._wanted = self._running = False

    def give(self) -> None:
        """See to it that the function is called after this moment."""
        with self._lock:
            self._wanted = True
            if self._running:
                return
            self._running = True
        threading.Thread(target=self._run, name="smolagents-mcp-notice", daemon=True).start()

    def _run(self) -> None:
        while self._is_wanted():
            try:
                self._function()
            except Exception:
                logger.exception("what was told of a change has failed")

    def _is_wanted(self) -> bool:
        with self._lock:
            self._running = wanted = self._wanted
            self._wanted = False
            return wanted
