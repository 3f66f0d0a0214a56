"""What gives verdicts to claims."""
