"""The report form: one page in six sections, kept at every change and checked as it is typed."""
