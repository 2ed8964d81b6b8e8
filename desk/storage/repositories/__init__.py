"""One repository for each port, all on one connection within one transaction."""
