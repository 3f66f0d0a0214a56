"""Li et al. 2018, Visualizing the Loss Landscape of Neural Nets (arXiv 1712.09913)."""
