"""What a model call or a run has used: tokens, dollars, time."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class TokenUsage:
    """Count the tokens of a model call or of several.

    Args:
        input_tokens: Tokens of the prompt, cached ones included.
        output_tokens: Tokens of the reply, reasoning ones included.
        cached_input_tokens: Part of the prompt that the provider read from its cache.
        reasoning_tokens: Part of the reply that the provider kept as hidden reasoning.
        cost: Price in US dollars, where the provider or a price list tells it.
    """

    input_tokens: int
    output_tokens: int
    total_tokens: int = field(init=False)
    cached_input_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = None

    def __post_init__(self) -> None:
        self.total_tokens = self.input_tokens + self.output_tokens

    def __add__(self, other: TokenUsage) -> TokenUsage:
        costs = [usage.cost for usage in (self, other) if usage.cost is not None]
        return TokenUsage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_input_tokens + other.cached_input_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            sum(costs) if costs else None,
        )

    def __getitem__(self, key: str) -> Any:
        return self.dict()[key]

    @classmethod
    def sum(cls, usages: Iterable[TokenUsage | None]) -> TokenUsage | None:
        """Add up the usages that are known, or return None if none is."""
        total: TokenUsage | None = None
        for usage in usages:
            if usage is not None:
                total = usage if total is None else total + usage
        return total

    def dict(self) -> dict[str, Any]:
        """Return the counts; cached, reasoning and cost only where the provider told them."""
        counts: dict[str, Any] = {
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "total_tokens": self.total_tokens,
        }
        extras = {
            "cached_input_tokens": self.cached_input_tokens,
            "reasoning_tokens": self.reasoning_tokens,
            "cost": self.cost,
        }
        return counts | {key: value for key, value in extras.items() if value}


@dataclass
class Timing:
    """Hold when something started and ended, in seconds since the epoch."""

    start_time: float
    end_time: float | None = None

    @classmethod
    def start(cls) -> Timing:
        """Return a timing that starts now."""
        return cls(time.time())

    def stop(self) -> None:
        """Set the end to now."""
        self.end_time = time.time()

    @property
    def duration(self) -> float | None:
        """Return the seconds between start and end, or None while it runs."""
        return None if self.end_time is None else self.end_time - self.start_time

    def dict(self) -> dict[str, float | None]:
        """Return start, end and duration."""
        return {"start_time": self.start_time, "end_time": self.end_time, "duration": self.duration}
