"""What drives steps: `run.py` is the life of one step, `embedded.py` looks for due ones in the web process."""
