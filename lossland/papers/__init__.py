"""One paper a folder: its experiments, figures, claims and published numbers."""
