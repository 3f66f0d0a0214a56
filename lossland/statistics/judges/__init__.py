"""What gives verdicts to the claims of a report, and pages of them."""
