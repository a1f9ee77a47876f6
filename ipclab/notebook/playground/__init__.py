"""The playground's inside: the patterns and the cells they are made of, the stage that runs those very cells, and
what came of a run. `ipclab.notebook.views.playground` is what the reader sees of it."""
