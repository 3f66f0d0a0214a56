"""The engines: networks as functions of one flat vector, subspaces of them, training and evaluation on any subspace."""
