"""The outbox: filings on their way, what is happening to them and what can be done."""
