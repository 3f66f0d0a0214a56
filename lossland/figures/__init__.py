"""One figure or table of a paper a file: `draw(*, ...) -> Figure` or `-> pd.DataFrame`, from tables alone."""
