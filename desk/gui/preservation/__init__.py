"""The Preservation page: what is kept of each filed report, until when, and what may become of it."""
