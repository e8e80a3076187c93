"""interrupt.py COMMAND...: sends SIGINT once a worker process is there; both must end by it."""
import os
import signal
import subprocess
import sys
import time


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


before = sorted(os.listdir("."))
# A group of its own, as a shell gives it: Ctrl-C reaches the workers too.
run = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE, text=True, start_new_session=True)
while not (workers := children(run.pid)):
    assert run.poll() is None, run.stderr.read()
    time.sleep(0.01)
os.killpg(run.pid, signal.SIGINT)
_, errors = run.communicate()
assert run.returncode == -signal.SIGINT, run.returncode
assert "interrupted" in errors, errors
for worker in workers:
    assert not os.path.exists(f"/proc/{worker}"), "a worker is left"
left = [name for folder, _, names in os.walk(".") for name in names if ".runnel-" in name]
assert not left, left
