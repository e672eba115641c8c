"""A report as a file: one module for each format; none knows a section."""
