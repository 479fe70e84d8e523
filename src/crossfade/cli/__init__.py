"""The command line: every command of `commands`, printed for a person or as JSON.

Exit codes: 0 done; 1 a promise was not held; 2 the call makes no sense; 3 refused, nothing was
changed; 4 rows disagree; 5 a lock or the lease was not to be had; 6 the database failed.
"""

from __future__ import annotations

from crossfade.cli.door import application, main

__all__ = ["application", "main"]
