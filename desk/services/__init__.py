"""One module for each stage of a case's way. Synchronous, no Qt, no SQL, no network but through ports.

Each act takes the frozen value of the stage before, opens one unit of work, and
writes its state and its audit entry in that one transaction. It returns what
changed; screens ask again.
"""
