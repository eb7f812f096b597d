"""Tokens become the text that the tokenizer makes of all of them, whatever it does at their borders."""

from typing import Any

import pytest
from hypothesis import given, strategies
from smolagents_models_transformers.answer import Detokenizer
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

BYTES = [*"abc .\n", *"é🤖\u4e16".encode().decode("latin-1")]


def byte_level() -> Any:
    """Make a tokenizer whose tokens are bytes, so that a character has several."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: number for number, letter in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def metaspace() -> Any:
    """Make a tokenizer that leaves out the space before the first word, as SentencePiece does."""
    pieces = ["▁the", "▁", "a", "b", "▁.", "n't", "<unk>"]
    tokenizer = Tokenizer(models.Unigram([(piece, -1.0) for piece in pieces], 6, byte_fallback=False))
    tokenizer.decoder = decoders.Metaspace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, clean_up_tokenization_spaces=True)


TOKENIZERS = {"byte-level": byte_level(), "metaspace": metaspace()}


@pytest.mark.parametrize("name", TOKENIZERS)
@given(data=strategies.data())
def test_the_texts_joined_are_the_text_of_all(name: str, data: Any) -> None:
    tokenizer = TOKENIZERS[name]
    tokens = data.draw(strategies.lists(strategies.integers(0, len(tokenizer) - 1), max_size=30))
    detokenizer = Detokenizer(tokenizer)
    text = "".join(detokenizer.feed(token) for token in tokens) + detokenizer.rest()
    assert text == tokenizer.decode(tokens, clean_up_tokenization_spaces=False)


def test_a_letter_comes_whole() -> None:
    tokenizer = TOKENIZERS["byte-level"]
    detokenizer = Detokenizer(tokenizer)
    pieces = [detokenizer.feed(token) for token in tokenizer.encode("a🤖é")]
    assert pieces == ["a", "", "", "", "🤖", "", "é"]
    assert detokenizer.rest() == ""
    torn = Detokenizer(tokenizer)
    assert [torn.feed(token) for token in tokenizer.encode("🤖")[:2]] == ["", ""]
    assert torn.rest() == "\ufffd"


def test_silent_tokens_are_no_text() -> None:
    tokenizer = TOKENIZERS["byte-level"]
    a, b = tokenizer.encode("ab")
    detokenizer = Detokenizer(tokenizer, silent={b})
    assert [detokenizer.feed(token) for token in (a, b, a)] == ["a", "", "a"]
