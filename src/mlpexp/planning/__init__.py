"""From a config to arms, trials and stacks, and to what is kept: all that is decided before anything is trained."""
