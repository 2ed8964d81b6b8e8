"""Tipline Desk: review suspected child sexual exploitation and report it to NCMEC's CyberTipline."""
