"""The interpreter of code actions: the tree is guarded, CPython runs it."""
