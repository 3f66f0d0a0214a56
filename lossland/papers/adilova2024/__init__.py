"""Adilova et al. 2024, Layer-wise Linear Mode Connectivity (arXiv 2307.06966)."""
