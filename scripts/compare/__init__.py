"""What compare_frameworks.py is made of: the same PReLU in several frameworks, proven, then timed."""
