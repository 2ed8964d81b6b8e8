"""NCMEC's CyberTipline Reporting API: the documents, their checks, the schema, and the client."""
