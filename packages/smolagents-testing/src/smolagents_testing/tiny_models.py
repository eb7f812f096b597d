"""Make a tiny language model on disk, in the layout of the Hugging Face Hub, whose weights say what a test wants.

    folder = make_tiny_model(tmp_path / "model", replies=["Good day.", "Good bye."])

It is a Llama of some hundred kilobytes with a tokenizer and a chat template, made without a network in a fraction of a
second, and every library that runs such models runs it. Its attention and its MLPs add nothing, so that the next token
follows from the last one alone: each token of a reply exists once, and its embedding is its successor's row in the
output layer. What starts the chain is a token that the chat template writes: the number of the assistant's turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from tokenizers import Tokenizer

BEGIN, END, PAD, IMAGE = "<|begin|>", "<|end|>", "<|pad|>", "<|image|>"
TURNS = 32
"""Turns of the assistant in one conversation that the chat template can number."""

# Contents must be strings, as most templates of models for text want it: `"a" + ["b"]` is an error in Jinja too.
CHAT_TEMPLATE = """\
{{- bos_token }}
{%- if tools %}{{ '<|system|>You may call these tools:' }}
{%- for tool in tools %}{{ '\\n' + (tool | tojson) }}{% endfor %}
{{- '\\nWrite a call as <tool_call>{"name": …, "arguments": {…}}</tool_call>.<|end|>\\n' }}{% endif %}
{%- for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>\\n' }}{% endfor %}
{%- if add_generation_prompt %}
{%- set turn = messages | selectattr('role', 'equalto', 'assistant') | list | length %}
{{- '<|assistant|><|turn ' ~ [turn, 31] | min ~ '|>' }}{% endif %}"""

# Models that take images have contents in parts.
VISION_CHAT_TEMPLATE = CHAT_TEMPLATE.replace(
    "+ message['content'] +",
    """}}
{%- for part in message['content'] %}{{ '<|image|>' if part['type'] == 'image' else part['text'] }}{% endfor %}
{{-""",
)

HIDDEN, LAYERS, HEADS = 64, 2, 4

# The tokenizer learns its merges here; any text does.
_TEXT = """
Agents act by writing Python. A model gets a task and tools; in a loop it writes code or calls a tool, and reads on.
The weather in Rome is sunny, and in Oslo it rains. Good day. Hello, who are you? I am a tiny model, and I say it so.
Thought: I should add the numbers. <code> total = sum(n for n in range(10) if n % 3 == 0) </code> Observation: 18.
The final answer is what the user reads: final_answer(total). {"name": "weather", "arguments": {"city": "Rome"}}
"""


def make_tiny_model(
    folder: Path,
    replies: Sequence[str | Sequence[str]] = (),
    *,
    chat_template: str | None = CHAT_TEMPLATE,
    context: int = 32768,
    seed: int = 0,
) -> Path:
    """Write a model's files into a folder and return the folder.

    Args:
        folder: Where to write; made where it is missing.
        replies: What the model answers: the first reply where the conversation holds no message of the assistant, the
            second where it holds one, and so on; after the last one that again. A list of texts is a reply made of
            just these tokens. Without replies the weights are random, and the model writes noise.
        chat_template: The chat template in Jinja; None for a model without one. Replies need the turn's token at the
            end of the prompt: `<|turn 0|>` for the first.
        context: Tokens that the model has room for.
        seed: Of the random weights.
    """
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer, chains = _with_replies(_tokenizer(), replies)
    weights = _weights(tokenizer.get_vocab_size(), seed)
    if chains:
        _say(weights, tokenizer, chains, seed)
    tokenizer.save(str(folder / "tokenizer.json"))
    save_file(weights, str(folder / "model.safetensors"), metadata={"format": "pt"})
    for name, settings in _settings(tokenizer, chat_template, context).items():
        (folder / name).write_text(json.dumps(settings, indent=2), "utf-8")
    return folder


def make_tiny_vision_model(folder: Path, replies: Sequence[str | Sequence[str]]) -> Path:
    """Write the files of a model that takes images too, a Llava with its processor, and return the folder.

    Needs PyTorch, transformers and Pillow. An image of any size is five tokens of the prompt.

    Args:
        folder: Where to write; made where it is missing.
        replies: As in `make_tiny_model`.
    """
    transformers: Any = import_module("transformers")
    make_tiny_model(folder, replies)
    language = transformers.AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.LlavaConfig(
        vision_config=transformers.CLIPVisionConfig(image_size=28, patch_size=14, **size),
        text_config=language.config,
        image_token_index=tokenizer.convert_tokens_to_ids(IMAGE),
        image_seq_length=5,
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
    )
    model = transformers.LlavaForConditionalGeneration(config)
    model.get_decoder().load_state_dict(language.model.state_dict())
    model.lm_head.load_state_dict(language.lm_head.state_dict())
    model.generation_config = language.generation_config
    model.save_pretrained(folder)
    images = transformers.CLIPImageProcessor(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28})
    processor = transformers.LlavaProcessor(
        images,
        tokenizer,
        patch_size=14,
        vision_feature_select_strategy="full",
        num_additional_image_tokens=1,
        image_token=IMAGE,
        chat_template=VISION_CHAT_TEMPLATE,
    )
    processor.save_pretrained(folder)
    return folder


def _with_replies(tokenizer: Tokenizer, replies: Sequence[str | Sequence[str]]) -> tuple[Tokenizer, list[list[str]]]:
    """Return the tokenizer with the tokens of the replies, each of which exists once, and these tokens by reply."""
    from tokenizers import Tokenizer

    data = json.loads(tokenizer.to_str())
    vocabulary = data["model"]["vocab"]
    free = tokenizer.get_vocab_size()
    chains = []
    for number, reply in enumerate(replies):
        pieces = tokenizer.encode(reply, add_special_tokens=False).tokens if isinstance(reply, str) else _spelled(reply)
        # The decoder drops the mark in front.
        chains.append([f"\u27e8{number}.{position}\u27e9{piece}" for position, piece in enumerate(pieces)])
        vocabulary |= dict(zip(chains[-1], range(free, free + len(pieces)), strict=True))
        free += len(pieces)
    return Tokenizer.from_str(json.dumps(data)), chains


def _say(weights: dict[str, np.ndarray], tokenizer: Tokenizer, chains: Sequence[Sequence[str]], seed: int) -> None:
    """Change the weights so that each turn's token is followed by its reply."""
    import numpy as np

    numbers = tokenizer.get_vocab()
    # Random directions in so many dimensions are far from each other, so that the right one wins in any precision.
    rows = np.random.default_rng(seed).standard_normal((len(numbers), HIDDEN)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    # Eight times the logits leave nothing to chance where the model is sampled.
    weights["lm_head.weight"], weights["model.embed_tokens.weight"] = 8 * rows, rows.copy()
    for turn in range(TURNS):
        chain = [f"<|turn {turn}|>", *chains[min(turn, len(chains) - 1)], END]
        for token, successor in pairwise(chain):
            weights["model.embed_tokens.weight"][numbers[token]] = rows[numbers[successor]]
    for name in weights:
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            weights[name] = np.zeros_like(weights[name])


def _tokenizer() -> Tokenizer:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.Sequence([decoders.Replace(Regex("\u27e8[0-9.]+\u27e9"), ""), decoders.ByteLevel()])
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        show_progress=False,
        special_tokens=[BEGIN, END, PAD, IMAGE, "<|system|>", "<|user|>", "<|assistant|>"]
        + [f"<|turn {turn}|>" for turn in range(TURNS)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator([_TEXT], trainer)
    # A prompt gets its first token from here as well as from the chat template, as with many models on the Hub.
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", special_tokens=[(BEGIN, tokenizer.token_to_id(BEGIN))]
    )
    return tokenizer


def _spelled(pieces: Iterable[str]) -> list[str]:
    """Return texts in the alphabet of byte-level tokens."""
    from tokenizers import pre_tokenizers

    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return ["".join(part for part, _ in level.pre_tokenize_str(piece)) for piece in pieces]


def _weights(vocabulary: int, seed: int) -> dict[str, np.ndarray]:
    import numpy as np

    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (vocabulary, HIDDEN)}
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}"
        for name in ("q", "k", "v", "o"):
            shapes[f"{prefix}.self_attn.{name}_proj.weight"] = (HIDDEN, HIDDEN)
        for name in ("gate", "up"):
            shapes[f"{prefix}.mlp.{name}_proj.weight"] = (2 * HIDDEN, HIDDEN)
        shapes[f"{prefix}.mlp.down_proj.weight"] = (HIDDEN, 2 * HIDDEN)
        shapes[f"{prefix}.input_layernorm.weight"] = (HIDDEN,)
        shapes[f"{prefix}.post_attention_layernorm.weight"] = (HIDDEN,)
    shapes |= {"model.norm.weight": (HIDDEN,), "lm_head.weight": (vocabulary, HIDDEN)}
    random = np.random.default_rng(seed)
    return {
        name: (0.02 * random.standard_normal(shape) if len(shape) > 1 else np.ones(shape)).astype(np.float32)
        for name, shape in shapes.items()
    }


def _settings(tokenizer: Tokenizer, chat_template: str | None, context: int) -> dict[str, dict[str, Any]]:
    special = {name: tokenizer.token_to_id(token) for name, token in (("bos", BEGIN), ("eos", END), ("pad", PAD))}
    ids = {f"{name}_token_id": number for name, number in special.items()}
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": HIDDEN,
        "intermediate_size": 2 * HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "max_position_embeddings": context,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": False,
        "torch_dtype": "float32",
        **ids,
    }
    tokens = {"bos_token": BEGIN, "eos_token": END, "pad_token": PAD}
    described: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": context,
        "model_input_names": ["input_ids", "attention_mask"],
        "clean_up_tokenization_spaces": False,
        **tokens,
    }
    if chat_template is not None:
        described["chat_template"] = chat_template
    return {"config.json": config, "generation_config.json": ids, "tokenizer_config.json": described}
