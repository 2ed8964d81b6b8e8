"""The case page: what is known first, content last, blurred until a person holds the key."""
