"""Chen et al. 2026, Landscaper: Understanding Loss Landscapes Through Multi-Dimensional Topological Analysis
(arXiv 2602.07135)."""
