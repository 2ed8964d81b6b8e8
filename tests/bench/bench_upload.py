"""Uploads from the vault over TLS to a server that discards them, beside curl with the same plain bytes.

Run by hand: ``python tests/bench/bench_upload.py [--size MiB] [--rounds N]``. Prints MB/s (10⁶ bytes)
of both, their ratio in each round and the median, and how much the peak memory of the uploading process
grew for 200 MiB and for the large file. Decryption, MD5, SHA-256 and TLS are on the way; curl only sends.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desk.cybertip.client import ClientOptions, CyberTipClient
from desk.domain.company import Credentials, Endpoint, EndpointKind
from desk.storage.vault import FileVault
from tests.cybertip.loopback import Answer, Server, certificate, response

MIB = 1 << 20
KEY = bytes(32)
OK = response(0, "ok", "<reportId>42</reportId><fileId>f</fileId><hash>discarded</hash>")


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def serve(folder: Path) -> None:
    """Answer until the pipe on standard input is closed."""
    context, _ = certificate(folder)
    server = Server(lambda _request: Answer(OK), context, keep=0)
    print(server.url, flush=True)
    sys.stdin.read()
    server.close()


def peak(*, reset: bool = False) -> int:
    """The peak of this process's memory in KiB, from now on where it is reset (Linux)."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def upload(url: str, folder: Path, blob: str, wrapped: bytes, size: int) -> None:
    """One upload; prints its seconds and the growth of peak memory in KiB."""
    vault = FileVault(folder / "vault", KEY)
    endpoint = Endpoint(EndpointKind.CUSTOM, url)
    options = ClientOptions(ca_file=folder / "ca.pem")
    client = CyberTipClient(endpoint, Credentials("user", "password"), Clock(), options)
    client.status()
    before = peak(reset=True)
    start = time.perf_counter()
    reply = client.upload("42", "film.mp4", size, vault.read(wrapped, blob))
    seconds = time.perf_counter() - start
    grown = peak() - before
    assert reply.sent_size == size, reply
    client.close()
    vault.close()
    print(json.dumps({"seconds": seconds, "grown": grown}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=2048, help="MiB of the large file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--upload", nargs=5, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.serve)
    elif args.upload:
        url, folder, blob, wrapped, size = args.upload
        upload(url, Path(folder), blob, bytes.fromhex(wrapped), int(size))
    else:
        compare(args.size, args.rounds)


def compare(size_mib: int, rounds: int) -> None:
    curl = shutil.which("curl")
    if curl is None:
        sys.exit("curl is not installed: there is nothing to compare with.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        vault = FileVault(folder / "vault", KEY)
        key = vault.new_key()
        block = os.urandom(MIB)
        small = vault.write(key, (block for _ in range(200)))
        large = vault.write(key, (block for _ in range(size_mib)))
        plain = folder / "plain"
        with plain.open("wb") as file:
            for _ in range(size_mib):
                file.write(block)
        vault.close()
        command = [sys.executable, __file__, "--serve", name]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        url = server.stdout.readline().strip()

        def ours(blob: str, mib: int) -> dict[str, float]:
            one = [sys.executable, __file__, "--upload", url, name, blob, key.wrapped.hex(), str(mib * MIB)]
            made: dict[str, float] = json.loads(subprocess.check_output(one, text=True))
            return made

        def theirs() -> float:
            sending = ["-F", "id=42", "-F", f"file=@{plain}", f"{url}/upload"]
            start = time.perf_counter()
            subprocess.run([curl, "-s", "--cacert", f"{name}/ca.pem", "-o", os.devnull, *sending], check=True)
            return time.perf_counter() - start

        megabytes = size_mib * MIB / 1e6
        ratios = []
        grown = 0.0
        for turn in range(rounds):
            other = theirs()
            mine = ours(large, size_mib)
            grown = max(grown, mine["grown"])
            ratios.append(other / mine["seconds"])
            print(
                f"round {turn + 1}: curl {megabytes / other:.0f} MB/s, "
                f"desk {megabytes / mine['seconds']:.0f} MB/s, ratio {ratios[-1]:.2f}"
            )
        of_small = ours(small, 200)["grown"]
        server.communicate("")
        print(f"ratio to curl, median of {rounds}: {statistics.median(ratios):.2f} (wanted: 0.70 or more)")
        print(
            f"peak memory growth: {of_small / 1024:.1f} MiB for 200 MiB, {grown / 1024:.1f} MiB for "
            f"{size_mib} MiB (wanted: under 48)"
        )


if __name__ == "__main__":
    main()
