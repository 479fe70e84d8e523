"""What Crossfade costs, measured: `make bench`, or `python -m benchmarks --help`.

Each benchmark is a file with a function `measure` that returns a frozen model; `page` tells what they
found, as tables for a terminal and as docs/benchmarks.md.
"""
