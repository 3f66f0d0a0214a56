"""Fort et al. 2019, Deep Ensembles: A Loss Landscape Perspective (arXiv 1912.02757)."""
