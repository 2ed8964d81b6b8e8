"""`python -m desk.previewer KIND` starts one worker; the host does so outside packaged builds."""

from __future__ import annotations

import sys

from desk.previewer.worker import main

if __name__ == "__main__":
    sys.exit(main())
