"""What the benchmarks share: the reference warp, its contestants, clocks and tables."""
