"""The kernels that vLLM's engine needs on a CPU and that its wheel for GPUs lacks, in plain PyTorch.

With them the real engine runs on a machine without a GPU: its scheduler, its chat templates and tokenizers, its
sampler, its constraints of form. What the tests can't show is whether vLLM's own kernels are right, and their speed.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.library import Library

_library = Library("_C", "FRAGMENT")


def kernel(schema: str) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        _library.define(schema)
        _library.impl(schema.partition("(")[0], function, "CompositeExplicitAutograd")
        return function

    return register


@kernel("init_cpu_memory_env(int[] nodes) -> ()")
def _init_cpu_memory_env(nodes: list[int]) -> None: ...


@kernel(
    "get_scheduler_metadata(int requests, int heads, int kv_heads, int size, Tensor lengths, ScalarType dtype, "
    "Tensor starts, bool causal, int window, str isa, bool split, Tensor? dynamic, str kv_dtype) -> Tensor"
)
def _get_scheduler_metadata(*_: Any) -> Tensor:
    return torch.zeros(1)


@kernel(
    "cpu_attn_reshape_and_cache(Tensor key, Tensor value, Tensor(a!) keys, Tensor(b!) values, Tensor slots, str isa, "
    "float key_scale, float value_scale, str kv_dtype) -> ()"
)
def _cache(key: Tensor, value: Tensor, keys: Tensor, values: Tensor, slots: Tensor, *_: Any) -> None:
    slots = slots[: len(key)]
    used = slots >= 0
    block, place = slots[used] // keys.size(2), slots[used] % keys.size(2)
    keys[block, :, place] = key[used]
    values[block, :, place] = value[used]


@kernel(
    "cpu_attention_with_kv_cache(Tensor query, Tensor keys, Tensor values, Tensor(a!) output, Tensor starts, "
    "Tensor lengths, float scale, bool causal, Tensor? slopes, int window, Tensor blocks, float softcap, "
    "Tensor metadata, Tensor? sinks, Tensor? dynamic, float key_scale, float value_scale, str kv_dtype) -> ()"
)
def _attention(
    query: Tensor,
    keys: Tensor,
    values: Tensor,
    output: Tensor,
    starts: Tensor,
    lengths: Tensor,
    scale: float,
    causal: bool,
    slopes: None,
    window: int,
    blocks: Tensor,
    *_: Any,
) -> None:
    for row, (begin, end) in enumerate(pairwise(starts.tolist())):
        length, news = int(lengths[row]), end - begin
        used = blocks[row, : -(-length // keys.size(2))].long()
        key, value = (cache[used].transpose(1, 2).flatten(0, 1)[:length].transpose(0, 1) for cache in (keys, values))
        result = torch.nn.functional.scaled_dot_product_attention(
            query[begin:end].transpose(0, 1),
            key,
            value,
            attn_mask=torch.ones(news, length, dtype=torch.bool).tril(length - news) if causal else None,
            scale=scale,
            enable_gqa=True,
        )
        output[begin:end] = result.transpose(0, 1).reshape(output[begin:end].shape)


@kernel("greedy_argmax(Tensor logits) -> Tensor")
def _greedy_argmax(logits: Tensor) -> Tensor:
    return logits.argmax(dim=-1)


@kernel("fused_gumbel_argmax(Tensor logits, Tensor seeds) -> Tensor")
def _gumbel_argmax(logits: Tensor, seeds: Tensor) -> Tensor:
    noise = [
        torch.empty_like(row).exponential_(generator=torch.Generator().manual_seed(seed))
        for row, seed in zip(logits, seeds.tolist(), strict=True)
    ]
    return (logits - torch.stack(noise).log()).argmax(dim=-1)


def slots_of_tokens(
    num_tokens: int,
    max_num_tokens: int,
    query_start_loc_ptr: Tensor,
    positions_ptr: Tensor,
    block_table_ptr: Tensor,
    block_table_stride: int,
    slot_mapping_ptr: Tensor,
    KV_CACHE_BLOCK_SIZE: int,
    TOTAL_CP_WORLD_SIZE: int,
    TOTAL_CP_RANK: int,
    CP_KV_CACHE_INTERLEAVE_SIZE: int,
    PAD_ID: int,
    BLOCK_SIZE: int,
) -> None:
    """Stand in for the Triton kernel of this signature; vLLM 0.32 has one of its own, of an older signature."""
    slot_mapping_ptr.fill_(PAD_ID)
    for row, (begin, end) in enumerate(pairwise(query_start_loc_ptr.tolist())):
        block, place = positions_ptr[begin:end] // KV_CACHE_BLOCK_SIZE, positions_ptr[begin:end] % KV_CACHE_BLOCK_SIZE
        slot_mapping_ptr[begin:end] = block_table_ptr[row].long()[block] * KV_CACHE_BLOCK_SIZE + place


def install() -> None:
    """Put the last of them in its place; the others are there since this module was imported."""
    from vllm.utils import cpu_triton_utils

    cpu_triton_utils._compute_slot_mapping_kernel_impl = slots_of_tokens
