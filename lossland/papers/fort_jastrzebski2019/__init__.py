"""Fort & Jastrzebski 2019, Large Scale Structure of Neural Network Loss Landscapes (arXiv 1906.04724)."""
