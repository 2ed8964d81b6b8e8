"""Starts the desk's command line, or the preview worker before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> int:
    """The exit code of the command."""
    if len(sys.argv) > 1 and sys.argv[1] == "--preview-worker":
        # The sandboxed child: it imports nothing else of desk.
        from desk.previewer import worker

        return worker.main()
    from desk.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
