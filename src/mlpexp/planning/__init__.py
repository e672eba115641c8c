"""From a config to arms, trials and stacks: everything that is decided before anything is trained. No torch."""
