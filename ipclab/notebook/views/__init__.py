"""The live views: what a front end shows of the app, and what the reader does there."""
