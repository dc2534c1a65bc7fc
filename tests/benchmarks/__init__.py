"""Speed and memory beside other libraries, in one process, as ratios. Run with ``make bench``."""
