"""What keeps a network from learning: measured, judged by rules, said in words."""
