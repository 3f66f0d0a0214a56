"""Permutations of units that leave a network as it is, found by tracing one forward pass."""
