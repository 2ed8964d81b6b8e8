"""Figures for supervisors: charts, each with its table."""
