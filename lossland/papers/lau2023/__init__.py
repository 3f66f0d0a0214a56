"""Lau et al. 2023, The Local Learning Coefficient: A Singularity-Aware Complexity Measure (arXiv 2308.12108)."""
