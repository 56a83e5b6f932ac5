"""Routing strategies on screens: the tree and what counts where, revisions, trials, and what is about to change."""
