"""The child of `process` with plain CPython instead of the guarded interpreter, so that only the system stops it."""

import sys

sys.path.insert(0, sys.argv[1])
import child


def make_engine(worker, configuration):
    from smolagents.sandbox.plain import PlainEngine

    engine = PlainEngine(worker, configuration)
    engine.namespace["worker"] = worker
    return engine


child.main(make_engine)
