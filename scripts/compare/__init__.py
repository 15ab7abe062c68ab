"""What compare_frameworks.py is made of: one PReLU in several frameworks, proven, then timed."""
