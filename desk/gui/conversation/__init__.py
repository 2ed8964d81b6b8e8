"""Conversations on the screen: a list of messages, its search, and what of it is reported."""
