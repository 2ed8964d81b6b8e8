"""The sandboxed child in which every decoder runs. It imports nothing else of the desk.

Bytes come in through a pipe, bounded numbers and raw pixels go out through another. Between them lie decoders
that are presumed to be broken into.
"""
