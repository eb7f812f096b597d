"""Programs that decode hostile files. Each reads one file, its standard input, and can open nothing else."""
