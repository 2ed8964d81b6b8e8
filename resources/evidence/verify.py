#!/usr/bin/env python3
"""Checks an evidence bundle of Tipline Desk with nothing but Python 3.8 or later.

    python3 -I verify.py                      in the folder that the bundle was unpacked to
    python3 -I verify.py BUNDLE.zip           the bundle as it is, every byte of it
    python3 -I verify.py FOLDER --key KEY     with the public key as you know it from elsewhere

What it checks, with independent means: each file's SHA-256 against the manifest; the manifest against
the entry of the log that says the bundle was made; each entry's proof of inclusion (RFC 6962, section
2.1.1) in the log of the checkpoint; the proof of consistency (2.1.2) with an older checkpoint, where
there is one; the checkpoints' signatures (C2SP signed note, Ed25519 as RFC 8032 has it); and whether
the report and the receipt are those that the log speaks of. It reads the bundle and writes nothing.

Exit code 0: everything fits. 1: something does not, each thing named on a line. 2: it can't be read.
"""

import base64
import hashlib
import hmac
import io
import json
import os
import sys
import zipfile

FORMAT = "tipline-desk-evidence/1"
OUTSIDE = ("manifest.json", "log.json", "checkpoint.txt", "key.txt", "digest-key.txt")
STAMP = (1980, 1, 1, 0, 0, 0)

# -- Ed25519 (RFC 8032, section 5.1.7) -------------------------------------------------------------

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(one, two):
    """Two points in extended coordinates."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def same(one, two):
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 and (one[1] * two[2] - two[1] * one[2]) % P == 0


def point_of(raw):
    """The point of 32 bytes, None where they are none."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - squared) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519(public, signature, message):
    """Whether the signature (64 bytes) of the message is of the public key (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, point = point_of(public), point_of(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or point is None or scalar >= Q:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % Q
    return same(multiply(scalar, BASE), add(point, multiply(challenge, key)))


# -- the tree (RFC 6962, section 2.1; RFC 9162, sections 2.1.3.2 and 2.1.4.2) ----------------------


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(leaf, index, size, path, root):
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def consistent(first, second, path, first_hash, second_hash):
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_hash == second_hash
    path = list(path)
    if first & (first - 1) == 0:
        path.insert(0, first_hash)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_hash and sr == second_hash


# -- signed notes and checkpoints (C2SP) ------------------------------------------------------------


class Wrong(Exception):
    pass


def decoded(text):
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("base64 in another form")
    return raw


def read_key(text):
    """(name, id, public key) of a verifier key."""
    name, _, rest = text.partition("+")
    identity, _, encoded = rest.partition("+")
    raw = decoded(encoded)
    expected = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if len(raw) != 33 or raw[0] != 1 or identity != expected.hex():
        raise ValueError("no Ed25519 verifier key")
    return name, expected, raw[1:]


def read_checkpoint(whole, keys, alone=False):
    """(size, root) of a checkpoint with a good signature by one of the keys; ``alone``: and no other."""
    text, middle, lines = whole.rpartition("\n\n")
    if not middle or not lines.endswith("\n"):
        raise ValueError("no signed note")
    text += "\n"
    good = False
    for line in lines[:-1].split("\n"):
        dash, name, encoded = line.split(" ")
        raw = decoded(encoded)
        if dash != "\u2014" or len(raw) != 68:
            raise ValueError("no signature line")
        for key in keys:
            if (name, raw[:4]) == key[:2]:
                if not ed25519(key[2], raw[4:], text.encode()):
                    raise Wrong("its signature is wrong")
                good = True
    if not good or (alone and lines.count("\n") != 1):
        raise Wrong("it is not signed by this key")
    _, size, root = text[:-1].split("\n")[:3]
    if str(int(size)) != size or len(decoded(root)) != 32:
        raise ValueError("no checkpoint")
    return int(size), decoded(root)


# -- the bundle --------------------------------------------------------------------------------------


def canonical(plain):
    return (json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode()


def read_folder(path):
    files = {}
    for folder, _, names in os.walk(path):
        for name in names:
            whole = os.path.join(folder, name)
            with open(whole, "rb") as file:
                files[os.path.relpath(whole, path).replace(os.sep, "/")] = file.read()
    return files


def write_zip(files):
    """The one zip that these files make: stored, sorted, with one date for all."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, STAMP)
            info.create_system = 3
            info.external_attr = 0o100600 << 16
            archive.writestr(info, files[name])
    return made.getvalue()


def read_zip(path, problems):
    with open(path, "rb") as file:
        raw = file.read()
    files = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in archive.namelist():
            try:
                files[name] = archive.read(name)
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
                problems.append(f"{name}: its bytes were changed in the zip")
    if not problems and write_zip(files) != raw:
        problems.append("the zip itself was changed around its files")
    return files


def plain_of(files, name, problems):
    try:
        plain = json.loads(files[name])
        if canonical(plain) != files[name]:
            raise ValueError
        return plain
    except KeyError:
        problems.append(f"{name}: it is missing")
    except (ValueError, RecursionError):
        problems.append(f"{name}: it was changed")
    return None


def check_manifest(files, problems):
    manifest = plain_of(files, "manifest.json", problems)
    if manifest is None:
        return None
    try:
        listed = manifest["files"]
        if manifest["format"] != FORMAT:
            raise ValueError
        for name in sorted(listed):
            if name not in files:
                problems.append(f"{name}: it is missing")
            elif hashlib.sha256(files[name]).hexdigest() != listed[name]["sha256"]:
                problems.append(f"{name}: its bytes were changed")
        for name in sorted(set(files) - set(listed) - set(OUTSIDE)):
            problems.append(f"{name}: it does not belong to the bundle")
    except (KeyError, TypeError, ValueError, AttributeError):
        problems.append("manifest.json: it was changed")
        return None
    return manifest


def check_log(files, key, problems):
    """The entries as (index, plain), once their proofs are good."""
    log = plain_of(files, "log.json", problems)
    try:
        size, root = read_checkpoint(files["checkpoint.txt"].decode(), [key], alone=True)
    except KeyError:
        problems.append("checkpoint.txt: it is missing")
        return []
    except Wrong as wrong:
        problems.append(f"checkpoint.txt: {wrong}")
        return []
    except (ValueError, IndexError):
        problems.append("checkpoint.txt: it was changed")
        return []
    if log is None:
        return []
    entries = []
    try:
        for one in log["entries"]:
            index, raw = one["index"], one["entry"].encode()
            path = [bytes.fromhex(step) for step in one["path"]]
            if included(leaf_hash(raw), index, size, path, root):
                entries.append((index, json.loads(raw)))
            else:
                problems.append(f"log.json: entry {index} is not in the log of the checkpoint")
        if set(log) != {"entries", "consistency"} or any(len(one) != 3 for one in log["entries"]):
            problems.append("log.json: it was changed")
        named = [e["facts"]["key"] for _, e in entries if e["act"] == "audit.key"]
        check_older(files, [read_key(text) for text in named], log["consistency"], size, root, problems)
    except (KeyError, TypeError, ValueError, AttributeError):
        problems.append("log.json: it was changed")
    return entries


def check_older(files, keys, path, size, root, problems):
    if path is None:
        if "older-checkpoint.txt" in files:
            problems.append("log.json: its proof for the older checkpoint is missing")
        return
    try:
        first, old = read_checkpoint(files["older-checkpoint.txt"].decode(), keys)
    except KeyError:
        problems.append("older-checkpoint.txt: it is missing")
        return
    except Wrong as wrong:
        problems.append(f"older-checkpoint.txt: {wrong}")
        return
    except (ValueError, IndexError):
        problems.append("older-checkpoint.txt: it was changed")
        return
    if not consistent(first, size, [bytes.fromhex(step) for step in path], old, root):
        problems.append("log.json: the log does not go on from the older checkpoint")


def check_story(files, entries, key_text, problems):
    """What the entries say of the files."""
    raw = files.get("digest-key.txt", b"")
    try:
        secret = bytes.fromhex(raw.decode().strip())
        if len(secret) != 32 or raw != (secret.hex() + "\n").encode():
            raise ValueError
    except ValueError:
        problems.append("digest-key.txt: it is missing or was changed")
        return

    def keyed(content):
        return hmac.new(secret, hashlib.sha256(content).digest(), "sha256").hexdigest()

    said = {}
    for _, entry in entries:
        said.setdefault(entry["act"], []).append(entry["facts"])
    manifest = keyed(files.get("manifest.json", b""))
    if not any(facts.get("manifest") == manifest for facts in said.get("evidence.made", [])):
        problems.append("manifest.json: no entry of the log says that this bundle was made")
    if not any(facts.get("key") == key_text for facts in said.get("audit.key", [])):
        problems.append("key.txt: the log does not name this key")
    if not any(secret):
        return  # the case's key was destroyed: its own digests can't be told any more
    spoken = (("report.xml", "filing.confirmed", "report"), ("receipt.xml", "filing.filed", "received"))
    for name, act, fact in spoken:
        told = [facts for facts in said.get(act, []) if facts.get(fact)]
        if name in files and told and not any(facts[fact] == keyed(files[name]) for facts in told):
            problems.append(f"{name}: it is not the one that the log speaks of")


def check(files, known, problems):
    manifest = check_manifest(files, problems)
    try:
        key_text = files.get("key.txt", b"").decode()
        if not key_text.endswith("\n"):
            raise ValueError
        key_text = key_text[:-1]
        key = read_key(key_text)
    except ValueError:
        problems.append("key.txt: it is missing or was changed")
        return None
    if known is not None and known.strip() != key_text:
        problems.append("key.txt: it is not the key that you gave")
    entries = check_log(files, key, problems)
    check_story(files, entries, key_text, problems)
    return manifest


def main(arguments):
    known = None
    if "--key" in arguments:
        at = arguments.index("--key")
        known = arguments[at + 1] if at + 1 < len(arguments) else ""
        del arguments[at : at + 2]
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    problems = []
    try:
        files = read_folder(path) if os.path.isdir(path) else read_zip(path, problems)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        print(f"{path} can't be read as a bundle: {error}")
        return 2 if isinstance(error, OSError) else 1
    if not problems:
        manifest = check(files, known, problems)
    for problem in problems:
        print(problem)
    if problems:
        print(f"NOT WHOLE: {len(problems)} thing(s) do not fit.")
        return 1
    print(f"WHOLE: {len(files)} files, report {manifest.get('report_id')}.")
    if known is None:
        print("Compare the key in key.txt with the one that the platform gave you by another way.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
