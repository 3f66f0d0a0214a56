"""The report: pages for readers, of verdicts, figures and what was trained."""
