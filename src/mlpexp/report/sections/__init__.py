"""The sections of a report, each made from a result; none knows how it is written."""
