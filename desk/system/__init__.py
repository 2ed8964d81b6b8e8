"""What the operating system gives: folders, keyring, settings of this computer, logs."""
