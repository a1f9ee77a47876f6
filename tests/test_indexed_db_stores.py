"""Object stores of IndexedDB: keeping, finding and deleting values (Indexed DB: "Object store", Chromium's texts)."""

from __future__ import annotations

import pytest
from ipc import program
from stored import failure, stored_page

#: Stores of all kinds.
STORES = """
def upgrade(db, old, new):
    db.create_object_store("apart")
    db.create_object_store("counted", auto_increment=True)
    db.create_object_store("inside", "id")
    db.create_object_store("deep", "user.id")
    db.create_object_store("compound", ["a", "b.c"])
    db.create_object_store("both", "id", auto_increment=True)
    db.create_object_store("whole", "")
db = await indexed_db.open("test", 1, upgrade)
"""
NO = "Failed to execute 'put' on 'IDBObjectStore': "


@program
async def test_values_are_put_added_got_counted_and_deleted() -> None:
    contents = await stored_page(STORES)
    assert await contents.execute("""
async with db.transaction("apart", "readwrite") as tx:
    store = tx.object_store("apart")
    said = [await store.put("one", 1), await store.add("two", "b"), await store.put("uno", 1)]
    said += [await store.get(1), await store.get("b"), await store.get("never"), await store.count()]
    said += [await store.get_all(), await store.get_all_keys(), await store.get_key(KeyRange.lower_bound(1, True))]
    said += [await store.delete(1), await store.delete("never"), await store.get_all(), await store.clear()]
    said += [await store.count()]
said
""") == [1, "b", 1, "uno", "two", None, 2, ["uno", "two"], [1, "b"], "b", None, None, ["two"], None, 0]


@program
async def test_a_database_answers_single_requests() -> None:
    """Each is a transaction of its own."""
    contents = await stored_page(STORES)
    assert await contents.execute("""[
    await db.put("apart", "one", 1), await db.add("apart", "two", 2), await db.get("apart", 1),
    await db.get_all("apart"), await db.get_all("apart", KeyRange.lower_bound(2)), await db.get_all("apart", None, 1),
    await db.get_all_keys("apart"), await db.get_key("apart", 2), await db.count("apart"), await db.count("apart", 5),
    await db.delete("apart", 1), await db.count("apart"), await db.clear("apart"), await db.count("apart"),
]""") == [1, 2, "one", ["one", "two"], ["two"], ["one"], [1, 2], 2, 2, 0, None, 1, None, 0]
    assert await failure(contents, "await db.get('nowhere', 1)") == (
        "NotFoundError: Failed to execute 'transaction' on 'IDBDatabase': "
        "One of the specified object stores was not found."
    )
    assert await failure(contents, "await db.put(5, 1)") == "TypeError: the name of an object store is text, not int"


@program
async def test_records_come_in_the_order_of_their_keys() -> None:
    contents = await stored_page(STORES)
    assert await contents.execute("""
for key in ["b", 10, [1], b"x", 2, datetime(2026, 1, 1, tzinfo=UTC), "a", -1.5, [0, "z"]]:
    await db.put("apart", None, key)
[repr(key) for key in await db.get_all_keys("apart")]
""") == [
        "-1.5",
        "2",
        "10",
        "datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)",
        "'a'",
        "'b'",
        "b'x'",
        "[0, 'z']",
        "[1]",
    ]


@program
async def test_requests_are_about_a_key_or_a_range() -> None:
    contents = await stored_page(STORES)
    for query, keys in (
        ("None", [1, 2, 3, 4]),
        ("2", [2]),
        ("7", []),
        ("KeyRange.only(3)", [3]),
        ("KeyRange.lower_bound(3)", [3, 4]),
        ("KeyRange.lower_bound(3, True)", [4]),
        ("KeyRange.upper_bound(2)", [1, 2]),
        ("KeyRange.bound(1, 4, True, True)", [2, 3]),
    ):
        await contents.execute("for n in (3, 1, 4, 2): await db.put('apart', n * 10, n)")
        assert await contents.execute(f"await db.get_all_keys('apart', {query})") == keys, query
        assert await contents.execute(f"await db.get_all('apart', {query}, 2)") == [10 * key for key in keys[:2]]
        assert await contents.execute(f"await db.count('apart', {query})") == len(keys)
        if query != "None":
            assert await contents.execute(f"await db.get('apart', {query})") == (keys[0] * 10 if keys else None)
            await contents.execute(f"await db.delete('apart', {query})")
            left = [n for n in (1, 2, 3, 4) if n not in keys]
            assert await contents.execute("await db.get_all_keys('apart')") == left, query
    for method in ("get", "get_key", "delete"):
        told = await failure(contents, f"await db.{method}('apart', None)")
        assert told.endswith("on 'IDBObjectStore': No key or key range specified.")


# --- where keys come from ------------------------------------------------------------------------------------------


@program
async def test_keys_are_found_in_the_values() -> None:
    contents = await stored_page(
        STORES
        + """
from dataclasses import dataclass
@dataclass
class User:
    id: int
"""
    )
    assert await contents.execute("""[
    await db.put("inside", {"id": 5, "x": 1}), await db.put("deep", {"user": {"id": "a"}}),
    await db.put("compound", {"a": 1, "b": {"c": "d"}}), await db.put("whole", "itself"),
    await db.put("inside", User(7)), await db.put("deep", {"user": User(8)}),
]""") == [5, "a", [1, "d"], "itself", 7, 8]
    assert await contents.execute("await db.get('inside', 7), await db.get('compound', (1, 'd'))") == [
        {"id": 7},
        {"a": 1, "b": {"c": "d"}},
    ]


@program
async def test_missing_keys_are_generated() -> None:
    """Indexed DB, "Key generators": 1, 2, 3, ...; behind each number that was used; only an abort takes them back."""
    contents = await stored_page(STORES)
    assert await contents.execute("""[
    await db.put("counted", "a"), await db.put("counted", "b"), await db.put("counted", "c", 10.5),
    await db.put("counted", "d"), await db.put("counted", "e", "text"), await db.put("counted", "f", -3),
    await db.put("counted", "g"), await db.clear("counted"), await db.put("counted", "h"),
]""") == [1, 2, 10.5, 11, "text", -3, 12, None, 13]
    assert await contents.execute("""
try:
    async with db.transaction("counted", "readwrite") as tx:
        took = [await tx.object_store("counted").add("lost") for _ in range(3)]
        1 / 0
except ZeroDivisionError:
    pass
took, await db.add("counted", "next")
""") == [[14, 15, 16], 14]


@program
async def test_generated_keys_are_put_into_the_value_that_is_kept() -> None:
    contents = await stored_page(STORES)
    assert await contents.execute("""
value = {"name": "Ann", "tags": []}
value["self"] = value
key = await db.add("both", value)
kept = await db.get("both", key)
key, "id" in value, kept["id"], kept["self"] is kept, await db.add("both", {"id": 7}), await db.add("both", {})
""") == [1, False, 1, True, 7, 8]
    assert await failure(contents, "await db.put('both', 5)") == (
        f"DataError: {NO}A generated key could not be inserted into the value."
    )


@program
async def test_key_generators_end_where_numbers_are_not_exact() -> None:
    contents = await stored_page(STORES + "await db.put('counted', 'last', 2.0 ** 60)")
    assert (await failure(contents, "await db.put('counted', 'one more')")).startswith("ConstraintError")
    assert await failure(contents, "await db.put('counted', 'with a key', 1)") == ""
    assert await failure(contents, "await db.put('counted', 'with a key', float('inf'))") == ""


#: Requests that are refused, and what is said then.
REFUSED = [
    (
        "await db.put('apart', 'v')",
        f"DataError: {NO}The object store uses out-of-line keys and has no key generator "
        f"and the key parameter was not provided.",
    ),
    ("await db.put('apart', 'v', True)", f"DataError: {NO}The parameter is not a valid key."),
    ("await db.put('apart', 'v', {})", f"DataError: {NO}The parameter is not a valid key."),
    (
        "await db.put('inside', {'id': 1}, 1)",
        f"DataError: {NO}The object store uses in-line keys and the key parameter was provided.",
    ),
    (
        "await db.put('inside', {'name': 1})",
        f"DataError: {NO}Evaluating the object store's key path did not yield a value.",
    ),
    (
        "await db.put('inside', 5)",
        f"DataError: {NO}Evaluating the object store's key path did not yield a value.",
    ),
    (
        "await db.put('deep', {'user': 5})",
        f"DataError: {NO}Evaluating the object store's key path did not yield a value.",
    ),
    (
        "await db.put('compound', {'a': 1})",
        f"DataError: {NO}Evaluating the object store's key path did not yield a value.",
    ),
    (
        "await db.put('inside', {'id': None})",
        f"DataError: {NO}Evaluating the object store's key path yielded a value that is not a valid key.",
    ),
    ("await db.put('apart', print, 1)", "DataCloneError: An object could not be cloned."),
    ("await db.get('apart', True)", "DataError: Failed to execute 'get' on 'IDBObjectStore': The parameter is "),
    (
        "await db.delete('apart', None)",
        "DataError: Failed to execute 'delete' on 'IDBObjectStore': No key or key range specified.",
    ),
    ("await db.get_all('apart', None, -1)", "TypeError: count is a whole number from 0 on, not -1"),
    (
        "await db.put('apart', 'v', 1)\nawait db.add('apart', 'w', 1)",
        "ConstraintError: Failed to execute 'add' on 'IDBObjectStore': Key already exists in the object store.",
    ),
]


@program
async def test_bad_requests_are_refused() -> None:
    contents = await stored_page(STORES)
    for code, told in REFUSED:
        assert (await failure(contents, code)).startswith(told), code


# --- values --------------------------------------------------------------------------------------------------------


@program
async def test_values_are_structured_clones() -> None:
    """They come back as copies, as after any message (design 4.4)."""
    contents = await stored_page(STORES)
    assert await contents.execute("""
import array
shared = [1, 2]
value = {
    "none": None, "text": "\\ud800", "big": 2 ** 100, "set": {1, (2, 3)}, "when": datetime(2026, 1, 1, tzinfo=UTC),
    "bytes": b"x" * 100_000, "own": bytearray(b"y" * 100_000), "numbers": array.array("d", [1.5] * 50_000),
    "one": shared, "other": shared, "undefined": undefined, "error": ValueError("boom"),
}
value["self"] = value
await db.put("apart", value, 1)
shared.append(3)
got = await db.get("apart", 1)
[
    got["self"] is got, got["one"] is got["other"], got["one"], got is value, repr(got["error"]),
    [key for key in value if key not in ("self", "one", "other", "error") and got[key] != value[key]],
    [type(got[key]).__name__ for key in ("bytes", "own", "numbers", "set")],
]
""") == [True, True, [1, 2], False, "ValueError('boom')", [], ["bytes", "bytearray", "array", "set"]]


@program
async def test_what_cannot_be_cloned_is_refused_with_its_path() -> None:
    contents = await stored_page(STORES)
    code = "await db.put('apart', {'user': {'greet': print}}, 1)"
    assert await failure(contents, code) == "DataCloneError: An object could not be cloned."
    with pytest.raises(Exception, match=r"value\.user\.greet is a function"):
        await contents.execute(code)
    for own in ("db", "indexed_db", "local_storage", "KeyRange.only(1)", "db.transaction('apart')"):
        assert "DataCloneError" in await failure(contents, f"await db.put('apart', {own}, 1)")
    assert await contents.execute("await db.count('apart')") == 0


@program
async def test_requests_are_placed_when_they_are_called_for() -> None:
    """Indexed DB: a request is placed by the call, whether or not anybody waits for its result."""
    contents = await stored_page(STORES)
    assert await contents.execute("""
async with db.transaction("apart", "readwrite") as tx:
    store = tx.object_store("apart")
    store.put("not awaited", 1)
    many = await asyncio.gather(*(store.put(n, n) for n in range(2, 5)))
    asked = store.count()
many, repr(asked), await asked, await db.get_all("apart")
""") == [[2, 3, 4], "<Request: await it for its result>", 4, ["not awaited", 2, 3, 4]]


@program
async def test_other_spellings_are_told() -> None:
    contents = await stored_page(STORES)
    for code, here in [
        ("from ipclab import indexedDB", "indexed_db"),
        ("from ipclab import IDBKeyRange", "KeyRange"),
        ("indexed_db.deleteDatabase('x')", "delete_database"),
        ("db.createObjectStore('x')", "create_object_store"),
        ("db.objectStoreNames", "object_store_names"),
        ("db.transaction('apart').objectStore('apart')", "object_store"),
        ("db.transaction('apart').object_store('apart').getAll()", "get_all"),
        ("db.transaction('apart').object_store('apart').openCursor()", "open_cursor"),
    ]:
        assert f"Here it is called '{here}'" in await failure(contents, code), code
