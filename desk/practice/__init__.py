"""Practice mode: the stand-in CyberTipline on this computer, and a day's work of synthetic cases."""
