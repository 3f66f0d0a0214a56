"""The claims of one paper about one subject a file: `check(*, ...) -> list[Claim]`, from tables alone."""
