"""What the operating system denies to a worker: one layer a module, put on by the worker itself, for good."""
