"""How fast Trust Ripple is on this machine: against rivals, against what memory allows, and against its own targets."""
