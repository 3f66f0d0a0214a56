"""Ghorbani et al. 2019, An Investigation into Neural Net Optimization via Hessian Eigenvalue Density (arXiv 1901.10159)."""
