"""The screens of the network: facilities, listings and stock."""
