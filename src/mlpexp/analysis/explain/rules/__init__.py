"""Rules over what was measured: each finds one cause, and gives the numbers that it rests on."""
