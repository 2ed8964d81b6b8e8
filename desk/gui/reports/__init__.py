"""Reports: what was filed, exactly what was sent, exactly what came back."""
