"""One architecture a file: `build(shape, classes, *, ...) -> nn.Module`; `shape` is that of one input."""
