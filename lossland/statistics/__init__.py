"""What is made of measured numbers: scores, verdicts, rows of tables, limits of diversity, graphs of saddles."""
