"""The ``desk`` command. Works without a screen; exit codes mean something.

0 done · 1 something was refused, or a check failed · 2 wrong arguments · 3 the workspace,
its key or a role stands in the way · 4 the service refused · 5 our own bug
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from desk.cli.output import Output
from desk.cli.parser import build
from desk.domain.errors import DeskError, IntakeRefused, ServiceRefused, UserError
from desk.system.logs import install_excepthook
from desk.system.paths import guard_umask

DONE, REFUSED, USAGE, IN_THE_WAY, SERVICE, BUG = 0, 1, 2, 3, 4, 5


def run(argv: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    # Nothing this process makes is for others to read, and nothing of a case enters a traceback.
    guard_umask()
    install_excepthook()
    # Without a handler Python would print what is logged to stderr, an exception's text included.
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.NullHandler())
    parser = build()
    arguments = parser.parse_args(list(argv))
    output = Output(as_json=bool(getattr(arguments, "json", False)))
    try:
        return int(arguments.act(arguments, output))
    except KeyboardInterrupt:
        output.problem("Stopped.", "")
        return REFUSED
    except BrokenPipeError:
        sys.stderr.close()
        return REFUSED
    except IntakeRefused as refused:
        output.problem(refused.message, refused.remedy)
        return REFUSED
    except ServiceRefused as refused:
        output.problem(refused.message, refused.remedy, code=refused.code, request_id=refused.request_id)
        return SERVICE
    except UserError as problem:
        output.problem(problem.message, problem.remedy)
        return IN_THE_WAY
    except DeskError as problem:
        output.problem(problem.message, problem.remedy)
        return BUG
    except Exception as bug:
        # The kind only: an exception's text may hold content. The workspace's log has the place.
        output.problem(
            f"Something went wrong inside the desk ({type(bug).__name__}).",
            "Nothing half-done is kept. The log in the workspace's folder has the place.",
        )
        return BUG
