"""The figures that ipclab is to reach, measured side by side with Node and with raw sockets.

`python -m tests.bench` (in the checkout's folder) prints a table and writes it as JSON.
"""
