"""Draxler et al. 2018, Essentially No Barriers in Neural Network Energy Landscape (arXiv 1803.00885)."""
