"""What became of the reports that one filed oneself."""
