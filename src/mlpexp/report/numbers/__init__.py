"""What figures are drawn from: the tables of an arm or of all arms, means over seeds, and what is said of them."""
