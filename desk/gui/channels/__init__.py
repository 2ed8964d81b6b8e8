"""Other channels: the directory, reports made elsewhere, and the packet for another body."""
