"""What a renderer process does not load before its page uses it, and that the page can use it all the same."""

from __future__ import annotations

from pathlib import Path

from ipc import open_page, program

SPARED = ["_ssl", "asyncio.sslproto", "ssl", "typing_extensions"]


@program
async def test_an_idle_renderer_has_loaded_no_openssl() -> None:
    contents = await open_page()
    assert await contents.execute(f"import sys\n[name for name in {SPARED} if name in sys.modules]") == []


@program
async def test_pages_import_what_was_spared() -> None:
    contents = await open_page()
    found = await contents.execute(
        "import ssl, typing_extensions\n"
        "import asyncio.sslproto\n"
        "[ssl.SSLContext.__name__, typing_extensions.Self.__name__, asyncio.sslproto.SSLProtocol.__name__, "
        "asyncio.base_events.ssl.SSLContext is ssl.SSLContext]"
    )
    assert found == ["SSLContext", "Self", "SSLProtocol", True]


@program
async def test_asyncio_speaks_tls_in_a_page(tmp_path: Path) -> None:
    """The handshake begins: the other side gets a ClientHello, and its hanging up is what ends the connection."""
    contents = await open_page(
        f"path = {str(tmp_path / 'socket')!r}\n"
        "import asyncio\n"
        "async def hang_up(reader, writer):\n"
        "    global first\n"
        "    first = await reader.read(1)\n"
        "    writer.close()\n"
        "server = await asyncio.start_unix_server(hang_up, path)\n"
    )
    await contents.execute(
        "try:\n"
        "    await asyncio.open_unix_connection(path, ssl=True, server_hostname='x')\n"
        "except OSError:\n"
        "    pass\n"
    )
    assert await contents.execute("server.close()\nfirst") == b"\x16"
