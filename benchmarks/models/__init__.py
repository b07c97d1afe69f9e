"""Models that the benchmarks play, each in plain words beside its code."""
