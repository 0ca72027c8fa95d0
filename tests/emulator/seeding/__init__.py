"""Fills an emulated account: the reference account of the benchmarks, or one of everything."""
