"""A renderer process whose page says on the process's own socket what no renderer says."""

from __future__ import annotations

from pathlib import Path

from ipc import open_page

from ipclab.main.web_contents import WebContents

#: What the page's code can use. The socket is the one that the process was started with.
TOOLS = '''
import os, random, socket, struct, sys, time
from msgspec import msgpack

sock = socket.socket(fileno=os.dup(int(sys.argv[1])))
say = sock.sendall

def packet(body, *lengths):
    return struct.pack("<II", len(body), len(lengths)) + body + struct.pack(f"<{len(lengths)}Q", *lengths)

def frame(*fields):
    return packet(msgpack.encode(fields))

def send(payload=b"\\x92\\x01\\x90", channel="ch"):
    return frame(33, 0, channel, payload, 1.0)

def nested(depth):
    """The tree of a page."""
    return [1, "p", {}, [nested(depth - 1)] if depth > 1 else [], {}]

def value(slot, *nodes):
    """A message whose clone data is of the general form."""
    return send(msgpack.encode([1, slot, nodes]))
'''


async def open_hostile_page() -> WebContents:
    return await open_page(TOOLS)


def resident(field: str = "VmRSS") -> int:
    """The bytes of memory that this process has now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))
