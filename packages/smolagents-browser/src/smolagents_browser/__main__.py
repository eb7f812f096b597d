"""`python -m smolagents_browser` is `webagent`."""

import sys

from smolagents_browser.command import main

if __name__ == "__main__":
    sys.exit(main())
