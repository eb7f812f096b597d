"""Tell which addresses are out on the Internet, and which belong to this machine or its own network."""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Addresses of IPv6 that stand for one of IPv4, and the bits after which that one begins.
_HOLDING_IPV4 = {
    IPv6Network("::/96"): 96,  # once "compatible"
    IPv6Network("::ffff:0:0/96"): 96,  # mapped
    IPv6Network("::ffff:0:0:0/96"): 96,  # translated
    IPv6Network("64:ff9b::/96"): 96,  # NAT64
    IPv6Network("2002::/16"): 16,  # 6to4
}
# What stands in the middle of addresses of ISATAP, whatever their network; one of IPv4 follows.
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
# What some versions of Python take for global, or all of them.
_NOT_GLOBAL: tuple[IPv4Network | IPv6Network, ...] = (
    IPv4Network("168.63.129.16/32"),  # Azure's services for its own machines
    IPv4Network("192.0.0.0/24"),  # protocol assignments
    IPv6Network("64:ff9b:1::/48"),  # NAT64 within a network
    IPv6Network("2001::/32"),  # Teredo: the server and the client are both in it
    IPv6Network("fec0::/10"),  # site-local
)


class ForbiddenAddress(Exception):
    """Report an address that must not be connected to."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is one that everybody on the Internet can reach."""
    ip = ip_address(address.partition("%")[0])
    return all(map(_is_global, _with_inner(ip)))


def resolve(host: str, port: int, private_hosts: Collection[str]) -> list[str]:
    """Return the addresses of a host, all of which have been checked.

    Args:
        host: Name, or address in any notation that the system knows: 127.1 and 0x7f000001 are addresses, too.
        port: Port to connect to.
        private_hosts: Hosts whose addresses need not be public.

    Raises:
        OSError: There is no such host.
        ForbiddenAddress: One of its addresses is not public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is too long
        raise OSError(f"{host!r} is no name of a host") from error
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    if host.lower() not in private_hosts:
        for address in addresses:
            if not is_public(address):
                place = host if host == address else f"{host} is at {address}, which"
                raise ForbiddenAddress(f"{place} is not on the public Internet")
    return addresses


def _with_inner(ip: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    if isinstance(ip, IPv6Address):
        for network, bits in _HOLDING_IPV4.items():
            if ip in network:
                # The address itself says nothing then, and is no public one in most of these networks.
                yield IPv4Address(int(ip) >> (96 - bits) & 0xFFFFFFFF)
                return
        if int(ip) >> 32 & 0xFFFFFFFF in _ISATAP:
            yield IPv4Address(int(ip) & 0xFFFFFFFF)
    yield ip


def _is_global(ip: IPv4Address | IPv6Address) -> bool:
    inside = any(ip in network for network in _NOT_GLOBAL)
    return ip.is_global and not (inside or ip.is_multicast or ip.is_reserved)
