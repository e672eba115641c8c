"""The folder of a result: typed records, growing tables, weights with sums, locks, listing; files are the truth."""
