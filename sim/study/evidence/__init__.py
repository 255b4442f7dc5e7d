"""What is known of real behaviour, and what a run of the model says about it: one row for each claim.

`row` says what a row is, `plan` how large it is measured and with which numbers, `watching` how the engine is watched,
`estimates` how values become a value with its interval, `rows` which rows there are, `measuring` runs them.

A module with rows has a tuple ROWS. A row's `measure` takes a Plan and returns a Found: one Estimate for each of the
row's numbers, in their order, and curves for its figure. It runs the engine; it never evaluates the model's formulas.
"""
