"""The lab: a page on which a class sees trust ripple through a network, and asks what if."""
