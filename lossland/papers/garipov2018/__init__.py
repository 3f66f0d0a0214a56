"""Garipov et al. 2018, Loss Surfaces, Mode Connectivity, and Fast Ensembling of DNNs (arXiv 1802.10026)."""
