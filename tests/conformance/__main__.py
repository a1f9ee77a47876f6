"""`python -m tests.conformance`: print the table of rules and write README.md."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
# As pytest does: the tests of this folder, and the helper modules of the folder above.
sys.path[:0] = [str(HERE), str(HERE.parent)]

from table import README, collect, markdown, text  # noqa: E402

rules = collect()
README.write_text(markdown(rules), encoding="utf-8")
print(text(rules))
