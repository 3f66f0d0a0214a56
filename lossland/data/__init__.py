"""One dataset a file: `load(root, *, ...) -> Arrays`; `root` is the folder that holds, or receives, the files."""
