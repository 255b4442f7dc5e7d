"""`python -m sim.cli` does what `ripple` does."""

from sim.cli import main

main()
