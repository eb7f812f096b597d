"""Make a tiny Whisper on disk, in the layout of the Hugging Face Hub, that hears whatever a test wants.

    folder = make_tiny_whisper(tmp_path / "whisper", "Good morning.")

It is made without a network and has its layers' usual shapes, but they add nothing: what the decoder says follows from
the position alone, whose embedding is the row of the next token in the output layer. So each 30 seconds of sound give
the same text. Needs PyTorch and transformers.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

HIDDEN, POSITIONS, SECONDS = 64, 448, 30
SPECIAL = ["<|startoftranscript|>", "<|en|>", "<|de|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>"]
SPECIAL += ["<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
TIMESTAMPS = [f"<|{number / 50:.2f}|>" for number in range(SECONDS * 50 + 1)]
END = "<|endoftext|>"


def make_tiny_whisper(folder: Path, text: str) -> Path:
    """Write the files of a Whisper model and its processor into a folder and return the folder.

    Args:
        folder: Where to write; made where it is missing.
        text: What the model hears in every 30 seconds, of 440 bytes at most.
    """
    transformers: Any = import_module("transformers")
    tokenizer = _tokenizer(transformers)
    model = _model(transformers, len(tokenizer))
    # As in real transcripts: the prompt, its last token being either no timestamps or the first of them, and the text.
    said = ["<|en|>", "<|transcribe|>", TIMESTAMPS[0], *tokenizer.tokenize(f" {text}"), TIMESTAMPS[-1], END]
    if len(said) >= POSITIONS:
        raise ValueError(f"The text has {len(said) - 5} bytes, more than fit in {POSITIONS} positions.")
    _say(model, tokenizer.convert_tokens_to_ids(said))
    model.generation_config = _generation_config(transformers, tokenizer)
    model.save_pretrained(folder)
    transformers.WhisperProcessor(transformers.WhisperFeatureExtractor(), tokenizer).save_pretrained(folder)
    return folder


def _tokenizer(transformers: Any) -> Any:
    """Return a tokenizer in which each byte is a token."""
    pre_tokenizers = import_module("tokenizers").pre_tokenizers
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate([*alphabet, END])}
    tokenizer = transformers.WhisperTokenizer(vocabulary, [], pad_token=END)
    tokenizer.add_special_tokens({"additional_special_tokens": SPECIAL})
    tokenizer.add_tokens(TIMESTAMPS)
    return tokenizer


def _model(transformers: Any, vocabulary: int) -> Any:
    layers = {f"{part}_{what}": number for part in ("encoder", "decoder") for what, number in _LAYER.items()}
    end = vocabulary - len(TIMESTAMPS) - len(SPECIAL) - 1
    tokens = {"bos_token_id": end, "eos_token_id": end, "pad_token_id": end, "decoder_start_token_id": end + 1}
    config = transformers.WhisperConfig(
        vocab_size=vocabulary,
        d_model=HIDDEN,
        max_target_positions=POSITIONS,
        tie_word_embeddings=False,
        begin_suppress_tokens=None,
        **layers,
        **tokens,
    )
    return transformers.WhisperForConditionalGeneration(config)


_LAYER = {"layers": 1, "attention_heads": 2, "ffn_dim": 2 * HIDDEN}


def _say(model: Any, tokens: list[int]) -> None:
    """Change the weights so that position after position says one of the tokens."""
    torch: Any = import_module("torch")
    # Random directions in so many dimensions are far from each other; the norm in front of the output layer makes eight
    # of the one that is meant.
    rows = torch.randn(model.config.vocab_size, HIDDEN, generator=torch.Generator().manual_seed(0))
    rows -= rows.mean(dim=1, keepdim=True)
    rows /= rows.norm(dim=1, keepdim=True)
    decoder = model.model.decoder
    with torch.no_grad():
        model.proj_out.weight.copy_(8 * rows)
        decoder.embed_tokens.weight.zero_()
        decoder.embed_positions.weight.copy_(rows[tokens[-1]])
        decoder.embed_positions.weight[: len(tokens)] = rows[tokens]
        for layer in decoder.layers:
            for last in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
                last.weight.zero_()
                last.bias.zero_()


def _generation_config(transformers: Any, tokenizer: Any) -> Any:
    number = {token: tokenizer.convert_tokens_to_ids(token) for token in (*SPECIAL, END)}
    return transformers.GenerationConfig(
        bos_token_id=number[END],
        eos_token_id=number[END],
        pad_token_id=number[END],
        decoder_start_token_id=number["<|startoftranscript|>"],
        no_timestamps_token_id=number["<|notimestamps|>"],
        prev_sot_token_id=number["<|startofprev|>"],
        is_multilingual=True,
        lang_to_id={token: number[token] for token in ("<|en|>", "<|de|>")},
        task_to_id={task: number[f"<|{task}|>"] for task in ("transcribe", "translate")},
        max_initial_timestamp_index=50,
        max_length=POSITIONS,
        return_timestamps=False,
    )
