"""Indexes and cursors of IndexedDB (Indexed DB: "Index", "Cursor", Chromium's texts)."""

from __future__ import annotations

from ipc import program
from stored import failure, stored_page

#: People, found by what they are.
PEOPLE = """
def upgrade(db, old, new):
    people = db.create_object_store("people", "id")
    people.create_index("name", "name")
    people.create_index("mail", "mail", unique=True)
    people.create_index("tags", "tags", multi_entry=True)
    people.create_index("place", ["address.city", "address.street"])
    for person in (
        {"id": 1, "name": "Cy", "mail": "cy@x", "tags": ["b", "a", "b", None], "address": {"city": "P", "street": 2}},
        {"id": 2, "name": "Ann", "tags": "a", "address": {"city": "P", "street": 1}},
        {"id": 3, "name": "Cy", "mail": "c3@x", "tags": [], "address": {"city": "M"}},
        {"id": 4, "name": None},
    ):
        people.put(person)
db = await indexed_db.open("test", 1, upgrade)
async def ids(index, query=None):
    async with db.transaction("people") as tx:
        return await tx.object_store("people").index(index).get_all_keys(query)
async def walk(index=None, query=None, direction="next"):
    async with db.transaction("people") as tx:
        source = tx.object_store("people")
        source = source if index is None else source.index(index)
        return [(cursor.key, cursor.primary_key) async for cursor in source.open_cursor(query, direction)]
async def change(code):
    async with db.transaction("people", "readwrite") as tx:
        await code(tx.object_store("people"))
"""
UNIQUE = "Unable to add key to index 'mail': at least one key does not satisfy the uniqueness requirements."


@program
async def test_indexes_find_records_by_other_keys() -> None:
    contents = await stored_page(PEOPLE)
    assert await contents.execute("""
async with db.transaction("people") as tx:
    names = tx.object_store("people").index("name")
    said = [(await names.get("Cy"))["id"], await names.get_key("Cy"), await names.count(), await names.count("Cy")]
    said += [await names.get("Bob"), [person["id"] for person in await names.get_all()], await names.get_all_keys()]
    said += [await names.get_all_keys(KeyRange.lower_bound("B"), 1), names.name, names.key_path, names.unique]
    said += [names.multi_entry, names.object_store.name, tx.object_store("people").index_names]
said
""") == [
        *[1, 1, 3, 2, None, [2, 1, 3], [2, 1, 3], [1], "name", "name", False, False, "people"],
        ["mail", "name", "place", "tags"],
    ]


#: Which records each index has, in its order.
IN_INDEX = [
    ("mail", "None", [3, 1]),  # records without a valid key there are not in the index
    ("tags", "None", [1, 2, 1]),
    ("tags", "'a'", [1, 2]),
    ("tags", "KeyRange.lower_bound('b')", [1]),
    ("place", "None", [2, 1]),
    ("place", "['P', 2]", [1]),
    ("place", "KeyRange.bound(['P'], ['P', []])", [2, 1]),
]


@program
async def test_which_records_an_index_has() -> None:
    contents = await stored_page(PEOPLE)
    for index, query, ids in IN_INDEX:
        assert await contents.execute(f"await ids({index!r}, {query})") == ids, (index, query)


@program
async def test_indexes_follow_what_happens_to_the_records() -> None:
    contents = await stored_page(PEOPLE)
    await contents.execute("await db.put('people', {'id': 1, 'name': 'Bob', 'tags': ['c']})")
    assert await contents.execute("await ids('name'), await ids('tags'), await ids('mail')") == [
        [2, 1, 3],
        [2, 1],
        [3],
    ]
    await contents.execute("await db.delete('people', KeyRange.upper_bound(2))")
    assert await contents.execute("await ids('name'), await ids('tags'), await ids('place')") == [[3], [], []]
    await contents.execute("await db.clear('people')")
    assert await contents.execute("await ids('name'), await ids('mail')") == [[], []]


@program
async def test_a_unique_index_refuses_a_second_record_with_its_key() -> None:
    contents = await stored_page(PEOPLE)
    for method in ("put", "add"):
        assert await failure(contents, f"await db.{method}('people', {{'id': 9, 'mail': 'cy@x'}})") == (
            f"ConstraintError: Failed to execute '{method}' on 'IDBObjectStore': {UNIQUE}"
        )
    await contents.execute("await db.put('people', {'id': 1, 'mail': 'cy@x', 'name': 'again'})")  # its own
    # The request as a whole was refused, and the rest of the transaction is kept.
    assert await contents.execute("""
async with db.transaction("people", "readwrite") as tx:
    people = tx.object_store("people")
    people.put({"id": 8, "name": "before"})
    try:
        people.put({"id": 9, "name": "refused", "tags": ["z"], "mail": "c3@x"})
    except ConstraintError:
        people.put({"id": 9, "name": "after"})
[await ids("name"), await ids("tags")]
""") == [[2, 3, 9, 1, 8], [2]]


@program
async def test_an_index_over_records_that_are_there_already() -> None:
    contents = await stored_page("""
db = await indexed_db.open("test", 1, lambda db, old, new: db.create_object_store("s"))
for n in range(50):
    await db.put("s", {"n": -n, "half": n // 2}, n)
db.close()
def upgrade(db, old, new):
    db.object_store("s").create_index("n", "n")
    try:
        db.object_store("s").create_index("half", "half", unique=True)
    except ConstraintError as error:
        print(error)
    db.object_store("s").create_index("half", "half")
db = await indexed_db.open("test", 2, upgrade)
""")
    assert await contents.execute("""
async with db.transaction("s") as tx:
    said = [await tx.object_store("s").index("n").get_all_keys(), await tx.object_store("s").index("half").count(3)]
said
""") == [[*range(49, -1, -1)], 2]


@program
async def test_indexes_are_created_and_deleted_while_upgrading_only() -> None:
    contents = await stored_page(PEOPLE)
    doing = "Failed to execute 'createIndex' on 'IDBObjectStore'"
    assert await failure(contents, "await change(lambda people: people.create_index('x', 'x'))") == (
        f"InvalidStateError: {doing}: The database is not running a version change transaction."
    )
    assert await contents.execute("""
db.close()
said = []
def upgrade(db, old, new):
    people = db.object_store("people")
    index = people.index("name")
    people.delete_index("name")
    for try_ in (
        lambda: people.create_index("mail", "mail"), lambda: people.create_index("x", "a b"),
        lambda: people.create_index("x", ["a", "b"], multi_entry=True), lambda: people.delete_index("never"),
        lambda: people.index("name"), lambda: index.get("Cy"), lambda: people.create_index(5, "x"),
    ):
        try:
            try_()
        except Exception as error:
            said.append(type(error).__name__)
db = await indexed_db.open("test", 2, upgrade)
said, db.transaction("people").object_store("people").index_names
""") == [
        [
            *["ConstraintError", "ValueError", "InvalidAccessError", "NotFoundError", "NotFoundError"],
            *["InvalidStateError", "TypeError"],
        ],
        ["mail", "place", "tags"],
    ]


# --- cursors -------------------------------------------------------------------------------------------------------


#: Ways to walk, and which keys and primary keys are met.
WALKS = [
    ("", [[1, 1], [2, 2], [3, 3], [4, 4]]),
    ("direction='prev'", [[4, 4], [3, 3], [2, 2], [1, 1]]),
    ("None, KeyRange.bound(1, 3, True), 'prevunique'", [[3, 3], [2, 2]]),
    ("None, 2", [[2, 2]]),
    ("'name'", [["Ann", 2], ["Cy", 1], ["Cy", 3]]),
    ("'name', None, 'prev'", [["Cy", 3], ["Cy", 1], ["Ann", 2]]),
    ("'name', None, 'nextunique'", [["Ann", 2], ["Cy", 1]]),
    ("'name', None, 'prevunique'", [["Cy", 1], ["Ann", 2]]),  # the first one of each key
    ("'name', 'Cy', 'prev'", [["Cy", 3], ["Cy", 1]]),
    ("'tags', KeyRange.lower_bound('a'), 'next'", [["a", 1], ["a", 2], ["b", 1]]),
]


@program
async def test_cursors_walk_in_all_directions() -> None:
    contents = await stored_page(PEOPLE)
    for how, walked in WALKS:
        assert await contents.execute(f"await walk({how})") == walked, how


@program
async def test_cursors_change_their_records() -> None:
    contents = await stored_page(PEOPLE)
    assert await contents.execute("""
async with db.transaction("people", "readwrite") as tx:
    async for cursor in tx.object_store("people").index("name").open_cursor():
        if cursor.primary_key == 2:
            cursor.delete()
        elif cursor.value["name"] == "Cy":
            await cursor.update({"id": cursor.primary_key, "name": "Di"})
[(person["id"], person.get("name")) for person in await db.get_all("people")], await ids("name")
""") == [[[1, "Di"], [3, "Di"], [4, None]], [1, 3]]


@program
async def test_cursors_see_what_is_ahead_of_them() -> None:
    """A cursor looks for the next record when it is asked for it."""
    contents = await stored_page("db = await indexed_db.open('t', 1, lambda db, *_: db.create_object_store('s'))")
    assert await contents.execute("""
async with db.transaction("s", "readwrite") as tx:
    store = tx.object_store("s")
    for n in (1, 3, 5):
        store.put("there", n)
    seen = []
    async for cursor in store.open_cursor():
        seen.append(cursor.key)
        if cursor.key == 3:
            store.put("ahead", 4)
            store.put("behind", 2)
            store.delete(5)
            await cursor.update("still here")
            await cursor.delete()
seen, await db.get_all_keys("s")
""") == [[1, 3, 4], [1, 2, 4]]


@program
async def test_key_cursors_have_no_value() -> None:
    contents = await stored_page(PEOPLE)
    assert await contents.execute("""
async with db.transaction("people") as tx:
    people = tx.object_store("people")
    said = [(cursor.key, cursor.primary_key) async for cursor in people.index("name").open_key_cursor("Ann")]
    said += [hasattr(cursor, "value") async for cursor in people.open_key_cursor(1)]
    said += [repr(cursor) async for cursor in people.open_cursor(4)]
said
""") == [["Ann", 2], False, "<Cursor at 4>"]


#: What is refused, and what is said then.
REFUSED = [
    (
        "await walk(direction='down')",
        "TypeError: Failed to execute 'openCursor' on 'IDBObjectStore': The provided",
    ),
    ("await walk(query=True)", "DataError: Failed to execute 'openCursor' on 'IDBObjectStore': The parameter is"),
    ("await walk('never')", "NotFoundError: Failed to execute 'index' on 'IDBObjectStore': The specified index"),
    (
        "async with db.transaction('people') as tx:\n"
        "    async for cursor in tx.object_store('people').open_cursor(): cursor.update({'id': 1})",
        "ReadOnlyError: Failed to execute 'update' on 'IDBCursor': The record may not be updated inside a read-",
    ),
    (
        "async with db.transaction('people') as tx:\n"
        "    async for cursor in tx.object_store('people').open_cursor(): cursor.delete()",
        "ReadOnlyError: Failed to execute 'delete' on 'IDBCursor': The record may not be deleted inside a read-",
    ),
    (
        "async with db.transaction('people', 'readwrite') as tx:\n"
        "    async for cursor in tx.object_store('people').open_cursor(): cursor.update({'id': 99})",
        "DataError: Failed to execute 'update' on 'IDBCursor': The cursor uses in-line keys and evaluating the",
    ),
    (
        "async with db.transaction('people') as tx:\n"
        "    cursors = tx.object_store('people').open_cursor()\n"
        "async for cursor in cursors: pass",
        "TransactionInactiveError: Failed to execute 'continue' on 'IDBObjectStore': The transaction has",
    ),
]


@program
async def test_what_cursors_refuse() -> None:
    contents = await stored_page(PEOPLE)
    for code, told in REFUSED:
        assert (await failure(contents, code)).startswith(told), code
