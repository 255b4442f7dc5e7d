"""Trust Ripple: how trust in a brand spreads through a social network."""
