"""Takes samples of several functions in turns, so that what slows the machine slows all of them."""

import time
from dataclasses import dataclass, field

import torch

WARM_UP_CALLS = 10
WARM_UP_SECONDS = 1.0  # what takes longer has fewer than ten calls, but two at least
SAMPLE_SECONDS = 200e-6  # shorter calls are repeated until a sample lasts that long
MOST_CALLS = 200
LEAST_ROUNDS = 5
MOST_ROUNDS = 31
SETTLE_SECONDS = 5e-3  # lets the threads of the peer before fall asleep


class CpuClock:
    def seconds(self, call, calls):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - start) / calls


class CudaClock:
    """Events on the stream that PyTorch uses: all peers work on it."""

    def seconds(self, call, calls):
        before, after = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        before.record()
        for _ in range(calls):
            call()
        after.record()
        torch.cuda.synchronize()
        return before.elapsed_time(after) * 1e-3 / calls


@dataclass
class Samples:
    """Of one peer: seconds a call, round by round."""

    call: object
    calls: int = 1  # in a sample
    seconds: list = field(default_factory=list)
    cpu_seconds: list = field(default_factory=list)


def warm_up(clock, call):
    """Returns how long the last call took."""
    end = time.monotonic() + WARM_UP_SECONDS
    for done in range(WARM_UP_CALLS):
        seconds = clock.seconds(call, 1)
        if done > 0 and time.monotonic() > end:
            break
    return seconds


def take_turns(calls, device, limit_seconds):
    """Samples of each call, in rounds that each begin with another one. Ends when the limit is
    over, but not before a few rounds."""
    clock = CudaClock() if device == "cuda" else CpuClock()
    end = time.monotonic() + limit_seconds
    peers = []
    for call in calls:
        seconds = warm_up(clock, call)
        repeat = int(SAMPLE_SECONDS / max(seconds, 1e-9)) + 1
        peers.append(Samples(call, calls=min(repeat, MOST_CALLS)))
    for round_number in range(MOST_ROUNDS):
        if round_number >= LEAST_ROUNDS and time.monotonic() > end:
            break
        first = round_number % len(peers)
        for peer in peers[first:] + peers[:first]:
            time.sleep(SETTLE_SECONDS)
            peer.call()  # brings its own threads and code back
            cpu = time.process_time()
            peer.seconds.append(clock.seconds(peer.call, peer.calls))
            peer.cpu_seconds.append((time.process_time() - cpu) / peer.calls)
    return peers
