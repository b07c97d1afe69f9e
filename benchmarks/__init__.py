"""Benchmarks: models, sizes and rivals in a registry, run side by side by `make bench`."""
