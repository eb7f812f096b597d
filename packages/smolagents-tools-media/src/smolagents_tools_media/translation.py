"""Text in one language to text in another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from smolagents.tools import PipelineTool

from smolagents_tools_media.languages import code_of

MAX_CHARACTERS = 20_000
_MAX_TOKENS = 256  # of a sentence
_BATCH = 8
# After a short word a full stop may stand for an abbreviation.
_END = re.compile(r"(?:\w{4}\.|[!?…])[\"'”’»)\]]?\s+|[。！？][”’」』)]?\s*")


class TranslationTool(PipelineTool):
    """Translate text between 200 languages, by a model of the family NLLB-200 that runs on this machine.

    Args:
        model: The model, or the name of its checkpoint; None: NLLB-200 with 600 million parameters.
        **kwargs: As in `PipelineTool`.

    Raises:
        ImportError: PyTorch, transformers or accelerate is not installed.
    """

    default_checkpoint = "facebook/nllb-200-distilled-600M"
    name = "translation"
    description = "Translates text from one language to another."
    inputs = {
        "text": {"type": "string", "description": "The text."},
        "source_language": {"type": "string", "description": "The language of the text, in English: 'French'."},
        "target_language": {"type": "string", "description": "The language to translate to: 'Egyptian Arabic'."},
    }
    output_type = "string"

    def __init__(self, model: Any = None, **kwargs: Any) -> None:
        from smolagents_tools_audio.speech_to_text import missing_libraries

        if missing := missing_libraries():
            raise ImportError(
                f"TranslationTool runs a model on this machine and needs {missing}: "
                "pip install 'smolagents-tools-media[transformers]'"
            )
        super().__init__(model, **kwargs)

    def setup(self) -> None:
        """Load the tokenizer and the model."""
        transformers = import_module("transformers")
        self.pre_processor_class = transformers.AutoTokenizer
        self.model_class = transformers.AutoModelForSeq2SeqLM
        super().setup()
        self._tokens("")  # the first call changes the tokenizer, which can't bear that while others use it

    def encode(  # type: ignore[override]  # with the tool's own inputs
        self, text: str, source_language: str, target_language: str
    ) -> dict[str, Any]:
        """Return the sentences of a text as batches of tokens, and how the text is put together again.

        The model was trained on single sentences, and leaves out some of what comes as several at once.

        Raises:
            ValueError: A language is unknown, or the text is too long.
        """
        source, target = self._language(source_language), self._language(target_language)
        if len(text) > MAX_CHARACTERS:
            raise ValueError(f"The text has {len(text)} characters: translate at most {MAX_CHARACTERS} at once.")
        rows: list[list[int]] = []
        layout: list[tuple[int, str]] = []  # how many of the rows come next, and what stands after them
        for sentence, space in _sentences(text):
            tokens = self._tokens(sentence)
            parts = [tokens[start : start + _MAX_TOKENS] for start in range(0, len(tokens), _MAX_TOKENS)]
            rows += [[source, *part, self.pre_processor.eos_token_id] for part in parts]
            layout.append((len(parts), space))
        batches = [self._padded(rows[start : start + _BATCH]) for start in range(0, len(rows), _BATCH)]
        return {"batches": batches, "target": target, "layout": layout}

    def forward(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the tokens of the translated sentences."""
        written = []
        for batch in inputs["batches"]:
            longest = 3 * batch["input_ids"].shape[1] + 20  # where a model goes round in circles
            rows = self.model.generate(**batch, forced_bos_token_id=inputs["target"], max_length=longest)
            written += list(rows)
        return {"rows": written, "layout": inputs["layout"]}

    def decode(self, outputs: dict[str, Any]) -> str:
        """Return the translated text."""
        texts = iter(self.post_processor.batch_decode(outputs["rows"], skip_special_tokens=True))
        return "".join(" ".join(next(texts) for _ in range(count)) + space for count, space in outputs["layout"])

    def _tokens(self, sentence: str) -> list[int]:
        tokens: list[int] = self.pre_processor(sentence, add_special_tokens=False)["input_ids"]
        return tokens

    def _language(self, language: str) -> int:
        code = code_of(language)
        token: int = self.pre_processor.convert_tokens_to_ids(code)
        if token is None or token == self.pre_processor.unk_token_id:
            raise ValueError(f"This model does not know {language} ({code}): it is none of the family NLLB-200.")
        return token

    def _padded(self, rows: list[list[int]]) -> dict[str, Any]:
        torch = import_module("torch")
        longest = max(map(len, rows))
        filler = self.pre_processor.pad_token_id
        tokens = [row + [filler] * (longest - len(row)) for row in rows]
        mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
        return {"input_ids": torch.tensor(tokens), "attention_mask": torch.tensor(mask)}


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Yield the sentences of a text, and the space after each; a new line ends a sentence, too."""
    for line in text.splitlines(keepends=True):
        start = 0
        for end in (*(match.end() for match in _END.finditer(line)), len(line)):
            sentence = line[start:end]
            if sentence:
                yield sentence.strip(), sentence[len(sentence.rstrip()) :]
            start = end
