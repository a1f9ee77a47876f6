"""`dialog`: message boxes, dialogs for files, error boxes (semantics a.11)."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from ipc import program, run_program
from rules import different, held, not_simulated

from ipclab import BrowserWindow, Error, dialog, ipc_main

BOX = "showMessageBox"
OPEN = "showOpenDialog"
SAVE = "showSaveDialog"

# --- message boxes -------------------------------------------------------------------------------------------------


@held("a.11", BOX, "Returns a promise of `{response, checkboxChecked}`; a window may stand before the options.")
@program
async def test_a_message_box_promises_what_was_clicked() -> None:
    window = BrowserWindow()
    for parent in ((), (window,), (None,)):
        dialog.answer_next(response=1, checkbox_checked=True)
        promise = dialog.show_message_box(*parent, message="go?", buttons=["yes", "no"], checkbox_label="again")
        assert inspect.isawaitable(promise)
        result = await promise
        assert (result.response, result.checkbox_checked) == (1, True)


@held("a.11", "showMessageBoxSync", "Returns the index of the clicked button.")
@program
async def test_a_synchronous_message_box_returns_the_index() -> None:
    dialog.answer_next(response=2)
    assert dialog.show_message_box_sync(message="go?", buttons=["a", "b", "c"]) == 2


@different(
    "a.11",
    "showMessageBoxSync",
    "Blocks the main process until the user answers.",
    "A blocked kernel could not show the dialog in its notebook: it takes a prepared answer, else it is an Error "
    "that names `show_message_box` and `answer_next`.",
)
@program
async def test_a_synchronous_dialog_waits_for_nobody() -> None:
    for show in (dialog.show_message_box_sync, dialog.show_open_dialog_sync, dialog.show_save_dialog_sync):
        with pytest.raises(Error, match=r"answer_next\("):
            show()


@different(
    "a.11",
    BOX,
    "The dialog waits for the user.",
    "Without a front end and without a prepared answer there is none: an Error says so, at once.",
)
@program
async def test_without_anybody_to_answer_it_is_an_error() -> None:
    for show, answer in (
        (dialog.show_message_box, "response=0"),
        (dialog.show_open_dialog, "file_paths="),
        (dialog.show_save_dialog, "file_path="),
    ):
        with pytest.raises(Error, match=rf"nobody can answer.*dialog\.answer_next\({answer}"):
            show()


@different(
    "a.11",
    BOX,
    "The result is a plain object, the options are one too.",
    "A frozen record with attributes (a dict in another process); options are keywords, unknown ones a TypeError.",
)
@program
async def test_options_are_keywords_and_results_are_records() -> None:
    dialog.answer_next(response=0)
    result = await dialog.show_message_box(message="hi")
    with pytest.raises(AttributeError):
        result.response = 1  # type: ignore[misc]
    with pytest.raises(
        TypeError, match=r"unknown options of show_message_box: mesage\. Known: message, type, buttons"
    ):
        dialog.show_message_box(mesage="hi")
    with pytest.raises(TypeError, match=r"takes a window and options as keywords"):
        dialog.show_message_box({"message": "hi"})  # type: ignore[arg-type]


@held("a.11", BOX, "A result crosses to another process as a plain object.")
@program
async def test_a_page_gets_the_answer_as_a_dict() -> None:
    contents = BrowserWindow(web_preferences={"node_integration": True, "context_isolation": False}).web_contents
    ipc_main.handle("ask", lambda _, text: dialog.show_message_box(message=text, buttons=["yes", "no"]))
    dialog.answer_next(response=1)
    code = "from ipclab import ipc_renderer\nawait ipc_renderer.invoke('ask', 'really?')"
    assert await contents.execute(code) == {"response": 1, "checkbox_checked": False}


@held("a.11", BOX, "`type` is none, info, warning, error or question, else `Invalid message box type`.")
@held(
    "a.11",
    BOX,
    "Wrong options throw TypeErrors when it is called: `Buttons must be an array`, `Title must be a string`, "
    "`Message must be a string`, `Detail must be a string`, `checkboxLabel must be a string`, "
    "`noLink must be a boolean`.",
)
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"type": "not-a-valid-type"}, "Invalid message box type"),
        ({"buttons": False}, "Buttons must be an array"),
        ({"buttons": ["a", 5]}, "Buttons must be an array of strings"),
        ({"title": 300}, "Title must be a string"),
        ({"message": []}, "Message must be a string"),
        ({"detail": 3.14}, "Detail must be a string"),
        ({"checkbox_label": False}, "checkboxLabel must be a string"),
        ({"no_link": "yes"}, "noLink must be a boolean"),
        ({"default_id": "0"}, "defaultId must be a number"),
        ({"cancel_id": True}, "cancelId must be a number"),
    ],
)
@program
async def test_options_of_a_message_box_are_checked(options: dict[str, Any], text: str) -> None:
    dialog.answer_next(response=0)
    for show in (dialog.show_message_box, dialog.show_message_box_sync):
        with pytest.raises(TypeError, match=rf"^{text}"):
            show(**options)
    assert (await dialog.show_message_box(message="the answer is still there")).response == 0


@held("a.11", BOX, "`Error: checkboxChecked requires that checkboxLabel also be passed`.")
@program
async def test_a_checked_checkbox_needs_a_label() -> None:
    with pytest.raises(Error, match=r"^checkboxChecked requires that checkboxLabel also be passed$"):
        dialog.show_message_box(checkbox_checked=True)
    dialog.answer_next(response=0)
    assert (await dialog.show_message_box(checkbox_checked=True, checkbox_label="again")).checkbox_checked


@held(
    "a.11",
    BOX,
    "`cancelId` is by default the first button labelled cancel or no, in any case; else 1 when `defaultId` is 0 and "
    "there are at least two buttons; else 0.",
)
@pytest.mark.parametrize(
    ("options", "response"),
    [
        ({}, 0),
        ({"buttons": ["OK"]}, 0),
        ({"buttons": ["Yes", "No"]}, 1),
        ({"buttons": ["Yes", "nO", "Cancel"]}, 1),
        ({"buttons": ["Don't", "Save", "CANCEL"]}, 2),
        ({"buttons": ["a", "b", "c"]}, 0),
        ({"buttons": ["a", "b", "c"], "default_id": 0}, 1),
        ({"buttons": ["a"], "default_id": 0}, 0),
        ({"buttons": ["a", "b", "c"], "default_id": 2}, 0),
        ({"buttons": ["No", "b", "c"], "cancel_id": 2}, 2),
        ({"buttons": ["&Yes", "&No"], "normalize_access_keys": True}, 1),
    ],
)
@program
async def test_closing_a_message_box_answers_with_the_cancel_id(options: dict[str, Any], response: int) -> None:
    dialog.answer_next(canceled=True)
    assert (await dialog.show_message_box(**options)).response == response


not_simulated("a.11", BOX, "The callback form (up to Electron 6).", "The dial begins at 9.")
not_simulated(
    "a.11",
    BOX,
    "`signal` closes it; an already aborted one resolves at once with `{cancelId, checkboxChecked}`.",
    "Python has no AbortSignal: cancel the awaitable.",
)
not_simulated(
    "a.11",
    "showCertificateTrustDialog",
    "Shows a certificate (macOS, Windows).",
    "No page comes from the network.",
)

# --- files ---------------------------------------------------------------------------------------------------------


@held("a.11", OPEN, "Returns a promise of `{canceled, filePaths}`.")
@program
async def test_an_open_dialog_promises_paths() -> None:
    dialog.answer_next(file_paths=["/a", "/b"])
    result = await dialog.show_open_dialog(BrowserWindow(), properties=["openFile", "multiSelections"])
    assert (result.canceled, result.file_paths) == (False, ["/a", "/b"])
    dialog.answer_next(canceled=True)
    result = await dialog.show_open_dialog()
    assert (result.canceled, result.file_paths) == (True, [])


@held("a.11", "showOpenDialogSync", "Returns the paths, `undefined` (here None) if it was cancelled.")
@held("a.11", "showSaveDialogSync", "Returns the path, '' if it was cancelled.")
@program
async def test_synchronous_file_dialogs_return_paths() -> None:
    dialog.answer_next(file_paths=["/a"])
    dialog.answer_next(canceled=True)
    assert [dialog.show_open_dialog_sync(), dialog.show_open_dialog_sync()] == [["/a"], None]
    dialog.answer_next(file_path="/a")
    dialog.answer_next(canceled=True)
    assert [dialog.show_save_dialog_sync(), dialog.show_save_dialog_sync()] == ["/a", ""]


@held("a.11", SAVE, "Returns a promise of `{canceled, filePath}`; '' if it was cancelled.")
@program
async def test_a_save_dialog_promises_a_path() -> None:
    dialog.answer_next(file_path="/a")
    dialog.answer_next(canceled=True)
    results = [await dialog.show_save_dialog(title="Save") for _ in range(2)]
    assert [(result.canceled, result.file_path) for result in results] == [(False, "/a"), (True, "")]


FILE_OPTIONS = [
    ({"properties": False}, "Properties must be an array"),
    ({"title": 300}, "Title must be a string"),
    ({"button_label": []}, "Button label must be a string"),
    ({"default_path": {}}, "Default path must be a string"),
    ({"message": {}}, "Message must be a string"),
    ({"filters": 5}, "Filters must be an array"),
    ({"filters": ["png"]}, "a filter is like"),
    ({"buttonLabel": "x"}, "unknown options of show_open_dialog: buttonLabel"),
]


@held(
    "a.11",
    OPEN,
    "`Properties must be an array`, `Title`, `Button label`, `Default path`, `Message must be a string`.",
)
@pytest.mark.parametrize(("options", "text"), FILE_OPTIONS)
@program
async def test_options_of_an_open_dialog_are_checked(options: dict[str, Any], text: str) -> None:
    with pytest.raises(TypeError, match=rf"^{text}"):
        dialog.show_open_dialog(**options)


@held("a.11", SAVE, "`Title`, `Button label`, `Default path`, `Message`, `Name field label must be a string`.")
@pytest.mark.parametrize(
    ("options", "text"),
    [
        *FILE_OPTIONS[:-1],
        ({"name_field_label": {}}, "Name field label must be a string"),
        ({"name": 5}, "unknown options of show_save_dialog: name"),
    ],
)
@program
async def test_options_of_a_save_dialog_are_checked(options: dict[str, Any], text: str) -> None:
    with pytest.raises(TypeError, match=rf"^{text}"):
        dialog.show_save_dialog(**options)


@different("a.11", OPEN, "Unknown `properties` are ignored.", "They are a TypeError that lists the known ones.")
@program
async def test_properties_are_checked() -> None:
    with pytest.raises(TypeError, match=r"^unknown properties: open_file\. Known: openFile, openDirectory, "):
        dialog.show_open_dialog(properties=["open_file"])


# --- before ready, error boxes -------------------------------------------------------------------------------------


@held("a.11", "all", "Before ready: `Error: dialog module can only be used after app is ready`.")
def test_dialogs_need_a_ready_app() -> None:
    done = run_program("""
from ipclab import dialog
for method in ("show_message_box", "show_open_dialog", "show_save_dialog"):
    for show in (getattr(dialog, method), getattr(dialog, method + "_sync")):
        try:
            show(title="x")
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
""")
    told = "Error: dialog module can only be used after app is ready"
    assert (done.stdout.splitlines(), done.stderr) == ([told] * 6, "")


@held("a.11", "showErrorBox", "Works before ready, on stderr on Linux.")
def test_an_error_box_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    dialog.show_error_box("Oh", "something is wrong")
    out, told = capsys.readouterr()
    assert (out, told) == ("", "Oh\nsomething is wrong\n")


@different("a.11", "showErrorBox", "When the app is ready, a box that blocks main.", "It goes to stderr, too.")
@program
async def test_an_error_box_blocks_nobody() -> None:
    dialog.answer_next(response=0)
    dialog.show_error_box("Oh", "something is wrong")
    assert dialog.show_message_box_sync(message="the answer is still there") == 0


@held("a.11", "showErrorBox", "What is no string throws `Error processing argument at index <n>`.")
def test_an_error_box_shows_strings() -> None:
    for args, text in (((3, "four"), "index 0, conversion failure from 3"), (("three", 4), "index 1, .* from 4")):
        with pytest.raises(TypeError, match=rf"^Error processing argument at {text}$"):
            dialog.show_error_box(*args)
