"""Bytes that no renderer of ipclab's would say, in great number, and a real window that has to hear them.

`python -m tests.fuzz` (in the checkout's folder) says which seed it takes, and what became of the frames.
"""
