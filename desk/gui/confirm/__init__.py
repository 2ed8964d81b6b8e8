"""Confirmation: the whole report in words, to whom it goes, and the one act that files it."""
