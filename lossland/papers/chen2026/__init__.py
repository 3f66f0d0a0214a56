"""Chen et al. 2026, Landscaper: Understanding Loss Landscapes Through Multi-Dimensional Topological Analysis (2602.07135)."""
