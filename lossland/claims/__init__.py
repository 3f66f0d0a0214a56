"""The claims of one paper a file: `check(*, ...) -> list[Claim]`, from tables alone."""
