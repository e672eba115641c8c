"""What a report says of itself, by which it is known again."""

MADE_BY = "mlpexp report of"
