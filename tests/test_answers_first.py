"""Electron: an awaited answer is gone on with before the next message is heard."""

from __future__ import annotations

from ipc import open_page, program

from ipclab import ipc_main, settle


@program
async def test_a_listener_registered_right_after_an_answer_hears_the_message_behind_it() -> None:
    contents = await open_page()
    heard: list[str] = []
    ipc_main.on("heard", lambda _, text: heard.append(text))

    @ipc_main.handle("ask")
    def ask(event: object) -> str:  # noqa: ARG001
        # Leaves in the same turn as the answer, right behind it.
        contents.loop.call_soon(contents.send, "news", "behind the answer")
        return "answer"

    await contents.execute("""
async def main():
    await ipc_renderer.invoke("ask")
    ipc_renderer.on("news", lambda event, text: ipc_renderer.send("heard", text))
await main()
""")
    await settle()
    assert heard == ["behind the answer"]
