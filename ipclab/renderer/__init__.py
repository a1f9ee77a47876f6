"""What runs inside a renderer process."""
