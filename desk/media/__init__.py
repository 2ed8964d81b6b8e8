"""The host's side of media: the pool of preview workers, first bytes, hashes, the cache of blurred tiles.

Nothing here decodes anything. What comes back from a worker is named untrusted_* until it is checked.
"""
