"""Bodies are decoded whole, in whatever pieces they come over the wire."""

import gzip
import time
import zlib

import pytest
from smolagents_tools_web.bodies import read_body


def decoded(body: bytes, encoding: str, size: int) -> bytes:
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    found, is_whole = read_body(chunks, encoding, 2**30, time.monotonic() + 600)
    assert is_whole
    return found


@pytest.mark.parametrize("wbits", [-15, 15, 31], ids=["bare", "zlib", "gzip"])
@pytest.mark.parametrize("size", [1, 7, 2**20])
def test_bodies_that_become_much_larger(wbits: int, size: int) -> None:
    for length in (0, 1, 2**16 - 1, 2**16, 2**16 + 1, 2**16 + 258, 2**17 + 100, 10**6):
        compressor = zlib.compressobj(9, zlib.DEFLATED, wbits)
        body = compressor.compress(b"a" * length) + compressor.flush()
        assert decoded(body, "gzip" if wbits == 31 else "deflate", size) == b"a" * length


def test_members_of_gzip() -> None:
    first, second = gzip.compress(b"One, "), gzip.compress(b"two")
    for size in range(1, len(first) + 2):
        assert decoded(first + second, "gzip", size) == b"One, two"
        assert decoded(first + second + b"\x1frest", "gzip", size) == b"One, two"
        assert decoded(first + b"rest", "gzip", size) == b"One, "
