"""Ainsworth et al. 2023, Git Re-Basin: Merging Models modulo Permutation Symmetries (arXiv 2209.04836)."""
