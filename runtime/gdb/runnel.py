"""Loads the debugger's view of goroutines and channels:  (gdb) source runtime/gdb/runnel.py

    info goroutines [all]        every goroutine: state, what it waits on, where it was started
    goroutine N                  the same for one
    goroutine N COMMAND          a gdb command on that goroutine's stack: bt, info locals, up …
    goroutine apply all COMMAND  for each of them
    print c                      a channel with what it holds and who waits on it

Works on a live process and on a core file, and changes nothing in either. Needs the runtime's debug
information (-g).
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import runnel_gdb.commands  # noqa: E402
import runnel_gdb.printers  # noqa: E402
import runnel_gdb.unwinder  # noqa: E402

runnel_gdb.unwinder.register()
runnel_gdb.commands.register()
runnel_gdb.printers.register()
