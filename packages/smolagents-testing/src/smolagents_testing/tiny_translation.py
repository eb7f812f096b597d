"""Make a tiny translation model on disk, as the family NLLB-200 is, whose weights say what a test wants.

    folder = make_tiny_translation_model(tmp_path / "model", {"fra_Latn": "Bonjour.", "deu_Latn": "Guten Tag."})

Its decoder adds nothing to its tokens, as that of `tiny_models`: the language that a translation begins with leads to
the text of that language, whatever the source says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

BEGIN, PAD, END, UNKNOWN = "<s>", "<pad>", "</s>", "<unk>"
HIDDEN, HEADS = 64, 4


def make_tiny_translation_model(folder: Path, translations: Mapping[str, str]) -> Path:
    """Write the files of an M2M100 model with the tokenizer of NLLB, and return the folder.

    Needs PyTorch and transformers.

    Args:
        folder: Where to write; made where it is missing.
        translations: What the model says for each language, by the languages' codes; each sentence becomes that. No
            word may come twice.
    """
    transformers: Any = import_module("transformers")
    torch: Any = import_module("torch")
    spelled = {code: [f"▁{word}" for word in text.split()] for code, text in translations.items()}
    words = [word for text in spelled.values() for word in text]
    if len(set(words)) < len(words):
        raise ValueError("A word comes twice in the translations: the model finds the next word by the last one.")
    tokenizer = _tokenizer(words)
    ids = {token: tokenizer.convert_tokens_to_ids(token) for token in (BEGIN, PAD, END, UNKNOWN)}
    config = transformers.M2M100Config(
        vocab_size=len(tokenizer),
        d_model=HIDDEN,
        encoder_layers=1,
        decoder_layers=1,
        encoder_ffn_dim=HIDDEN,
        decoder_ffn_dim=HIDDEN,
        encoder_attention_heads=HEADS,
        decoder_attention_heads=HEADS,
        max_position_embeddings=1024,
        tie_word_embeddings=False,
        bos_token_id=ids[BEGIN],
        pad_token_id=ids[PAD],
        eos_token_id=ids[END],
        decoder_start_token_id=ids[END],
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = transformers.M2M100ForConditionalGeneration(config).eval()
        with torch.no_grad():
            _say(model, tokenizer, spelled, torch)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(words: Sequence[str]) -> Any:
    """Return a tokenizer that splits text into letters, and knows the words of the translations besides."""
    transformers: Any = import_module("transformers")
    letters = ["▁", *map(chr, range(ord("!"), 0x250))]
    vocabulary = {token: number for number, token in enumerate([BEGIN, PAD, END, UNKNOWN, *letters, *words])}
    return transformers.NllbTokenizer(vocab=vocabulary, merges=[])


def _say(model: Any, tokenizer: Any, translations: Mapping[str, Sequence[str]], torch: Any) -> None:
    """Change the weights so that each language's token is followed by its text."""
    decoder = model.get_decoder()
    for layer in decoder.layers:
        for part in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
            part.weight.zero_()
            part.bias.zero_()
    # Random directions in so many dimensions are far from each other, so that the right one wins.
    rows = torch.nn.functional.normalize(torch.randn(model.lm_head.weight.shape))
    model.lm_head.weight.copy_(rows)
    for code, words in translations.items():
        chain = tokenizer.convert_tokens_to_ids([code, *words, END])
        for token, successor in pairwise(chain):
            decoder.embed_tokens.weight[token] = 100 * rows[successor]  # next to which its position is nothing
