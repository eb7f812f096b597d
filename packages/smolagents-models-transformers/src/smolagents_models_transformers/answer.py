"""From the tokens that a model writes to the text of an answer, while it writes them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from smolagents.models.stopping import StreamCutter

if TYPE_CHECKING:
    import torch


class Detokenizer:
    """Turn tokens into text, one by one; the texts joined are the text of all.

    A token's text depends on its neighbours: a character may be spread over several tokens, and some tokenizers leave
    out the space before the first. So each piece is what a token adds to the text of those before it.

    Args:
        tokenizer: The tokenizer of the model.
        silent: Tokens that stand for no text.
    """

    def __init__(self, tokenizer: Any, silent: Collection[int] = ()) -> None:
        self._tokenizer = tokenizer
        self._silent = silent
        self._tokens: list[int] = []
        self._shown = 0  # tokens whose text has been returned
        self._context = ""  # the text of those of them that are still here

    def feed(self, token: int) -> str:
        """Return what the token adds; nothing yet where it ends inside a character."""
        if token in self._silent:
            return ""
        self._tokens.append(token)
        text = self._decode()
        if text.endswith("\ufffd") or len(text) <= len(self._context):
            return ""
        piece = text[len(self._context) :]
        del self._tokens[: self._shown]
        self._shown = len(self._tokens)
        self._context = self._decode()
        return piece

    def rest(self) -> str:
        """Return what is left at the end: of a character, the part that there is."""
        return self._decode()[len(self._context) :]

    def _decode(self) -> str:
        # Markers that are tokens of their own stay: they tell tool calls and reasoning from speech. And spaces stay
        # where they are, which "cleaning up" would move: answers are code.
        text: str = self._tokenizer.decode(self._tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text


class AnswerWriter:
    """Follow a model while it writes, and end it at the first stop sequence.

    It is one of the `stopping_criteria` of transformers' `generate`.

    Args:
        tokenizer: The tokenizer of the model.
        stop_sequences: Texts that end the answer; they are not part of it.
        prompt_length: Tokens of the prompt; None for all that are there when the model begins to write.
        ends: Tokens that end an answer.
        emit: Gets the text, piece by piece.
        cancelled: Ends the model when it is set.

    Attributes:
        tokens: What the model has written, the stop sequence and the token that ends an answer with it.
        length: Tokens of prompt and answer together.
    """

    def __init__(
        self,
        tokenizer: Any,
        stop_sequences: Sequence[str] | None,
        prompt_length: int | None = None,
        ends: Collection[int] = (),
        emit: Callable[[str], None] | None = None,
        cancelled: threading.Event | None = None,
    ) -> None:
        import torch

        self._torch = torch
        self._detokenizer = Detokenizer(
            tokenizer, {*ends, tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id}
        )
        self._cutter = StreamCutter(stop_sequences)
        self._ends = ends
        self._emit = emit
        self._cancelled = cancelled or threading.Event()
        self._pieces: list[str] = []
        self.length = prompt_length
        self.tokens: list[int] = []

    @property
    def ended(self) -> bool:
        """Tell whether a stop sequence has come, or a token that ends an answer."""
        return self._cutter.ended or (bool(self.tokens) and self.tokens[-1] in self._ends)

    def __call__(self, input_ids: torch.Tensor, scores: Any = None, **_: Any) -> torch.Tensor:
        """Read what is new, and tell whether the model has to end."""
        if len(input_ids) == 1:  # while there are several, nobody knows which one will be the answer
            self.read(input_ids[0])
        ends = self.ended or self._cancelled.is_set()
        return input_ids.new_full((len(input_ids),), ends, dtype=self._torch.bool)

    def read(self, sequence: torch.Tensor) -> None:
        """Read what is new in a sequence of tokens, prompt and answer."""
        first = len(sequence) - 1 if self.length is None else self.length
        for token in sequence[first:].tolist():
            if (
                self.tokens and self.tokens[-1] in self._ends
            ):  # an answer is padded where there are longer ones beside it
                break
            self.tokens.append(token)
            self._write(self._cutter.feed(self._detokenizer.feed(token)))
        self.length = len(sequence)

    def finish(self) -> str:
        """Return the answer when the model has ended."""
        self._write(self._cutter.feed(self._detokenizer.rest()))
        self._write(self._cutter.rest())
        return "".join(self._pieces)

    def _write(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)
            if self._emit is not None:
                self._emit(piece)
