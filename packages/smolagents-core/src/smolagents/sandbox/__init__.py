"""Executors whose code runs in a worker outside this process: the protocol, both of its ends, and the local sandbox."""
