"""Benton et al. 2021, Loss Surface Simplexes for Mode Connecting Volumes and Fast Ensembling (arXiv 2102.13042)."""
