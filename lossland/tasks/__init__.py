"""What is learned: what a batch is, the loss of an example, what is scored. The data name their task."""
