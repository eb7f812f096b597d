"""The drivers of the loop: they perform what it asks for, in sync or async, and pass on what it reports."""
