# The agent: the Python program that runs inside the bench.
