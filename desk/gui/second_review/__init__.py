"""Second review: what waits for another person, what became of it, the rules, and how far people agree."""
