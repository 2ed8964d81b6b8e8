"""An account across cases."""
