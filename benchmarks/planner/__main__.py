"""Run the measurements."""

from benchmarks.planner.measure import main

main()
