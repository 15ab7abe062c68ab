"""The most memory that one call of a peer takes beyond its inputs: each in a process of its own."""

import multiprocessing
import os
import re
from pathlib import Path

SECONDS = 120


def _resident_bytes(kind):
    """VmRSS, what is resident now, or VmHWM, the most that was since it was last reset."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{kind}:\s+(\d+) kB", status)[1]) * 1024


def _cpu_peak(prepare, tensors):
    before = _resident_bytes("VmRSS")
    call = prepare(tensors)
    result = call()
    del result
    Path("/proc/self/clear_refs").write_text("5")  # VmHWM begins anew
    result = call()
    return max(0, _resident_bytes("VmHWM") - before), result


def _cuda_peak(prepare, tensors):
    import torch

    free, _ = torch.cuda.mem_get_info()
    call = prepare(tensors)
    result = call()
    torch.cuda.synchronize()
    now, _ = torch.cuda.mem_get_info()
    return max(0, free - now), result


def _measure(pipe, framework, variant, problem, device, threads):
    from compare import peers, tensors
    from compare.timing import WARM_UP_CALLS

    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    (peer,) = [p for p in peers.load([framework], device, threads)[0] if p.name == variant]
    small = tensors.draw(problem.within(0), device, seed=1)
    call = peer.prepare(small)  # what is loaded or compiled once is not counted
    for _ in range(WARM_UP_CALLS):
        call()
    inputs = tensors.draw(problem, device, seed=1)
    measure = _cuda_peak if device == "cuda" else _cpu_peak
    pipe.send(measure(peer.prepare, inputs)[0])


def peak(framework, variant, problem, device, threads):
    """In bytes; None where the process failed."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    arguments = (sender, framework, variant, problem, device, threads)
    process = context.Process(target=_measure, args=arguments, daemon=True)
    process.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(SECONDS) else None
    except EOFError:
        return None
    finally:
        process.kill()
        process.join()
