"""The main process: windows, their web contents, and what arrives from renderers."""
