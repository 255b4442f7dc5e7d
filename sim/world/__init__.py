"""Who is there: random draws, the network, the users."""
