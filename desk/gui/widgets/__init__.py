"""The small parts that pages are made of. They know no service and run no query."""
