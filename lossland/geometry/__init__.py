"""Pure geometry: charts and what is measured on them. Tensors in, tensors out; no networks, no files."""
