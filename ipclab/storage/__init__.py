"""What the web keeps for a page: `local_storage`, `session_storage` and `indexed_db`, on SQLite.

Every renderer process opens the files itself, so that storage works while main is busy; main only says where they
lie (once per process) and passes on what concerns other windows. The files of a partition are

    local_storage.sqlite              the items of all origins; a window's session storage has a file of its own
    <origin>-<name>.sqlite            one IndexedDB database; both halves of the name are hashes
    <origin>-<name>.lock              who holds that database open (shared) or changes its version (exclusive)

in WAL mode: readers never wait, a process that dies in the middle of a transaction leaves the state before it. With
one file per database a page may hold a transaction open and write to `local_storage` meanwhile.
"""
