"""`python -m smolagents`: the same as the console script `smolagents`."""

import sys

from smolagents.cli import smolagents_main

sys.exit(smolagents_main(sys.argv[1:]))
