"""The commands: `info goroutines`, `goroutine N [COMMAND]`, `goroutine apply all COMMAND`."""

import re

import gdb

from . import goroutines, unwinder

SHOWN = 1000  # of more than these the list is cut, unless `all` is asked for


def own_frame():
    """The innermost frame that is not the runtime's: where the program is."""
    frame = gdb.selected_frame()
    while frame is not None:
        name = frame.name() or ""
        if not re.match(r"(runnel::|runnel_|std::|__|decltype\(auto\) std::)", name) and name:
            return frame
        frame = frame.older()
    return None


def place(goroutine):
    """Where it is, as `function (file:line)`."""
    try:
        with unwinder.on_stack_of(goroutine):
            frame = own_frame()
            if frame is None:
                return ""
            line = frame.find_sal()
            where = f" ({line.symtab.filename}:{line.line})" if line.symtab else ""
            return f"{frame.name()}{where}"
    except gdb.error:
        return ""


def describe(goroutine):
    state = goroutine.state
    if state == "parked":
        state = f"waits: {goroutine.waits_on}"
    elif state == "running":
        thread = goroutine.thread()
        state = f"runs on thread {thread.num}" if thread else "running"
    parts = [f"{goroutine.id:6}", f"{goroutine.name:12}" if goroutine.name else "", f"{state:36}"]
    here, started = place(goroutine), goroutine.started_at
    parts.append(f"in {here}" if here else "")
    parts.append(f"started at {started}" if started else "")
    return "  ".join(p for p in parts if p)


class InfoGoroutines(gdb.Command):
    """List the goroutines that have a stack: id, name, state, where they are and were started.

info goroutines [all]
Those that have not run yet have no stack and are not listed. More than 1,000 are cut without 'all'."""

    def __init__(self):
        super().__init__("info goroutines", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        found = goroutines.all_goroutines()
        shown = found if argument.strip() == "all" else found[:SHOWN]
        for goroutine in shown:
            print(describe(goroutine))
        if len(shown) < len(found):
            print(f"... and {len(found) - len(shown)} more: 'info goroutines all'")
        if not found:
            print("No goroutines.")


def run_on(goroutine, command):
    with unwinder.on_stack_of(goroutine):
        if goroutine.state != "running" and re.match(r"(bt|backtrace|where)\b", command):
            # Frame 0 is the selected thread's, behind which the goroutine is shown: one more is asked
            # for, and it is left out.
            text = gdb.execute(re.sub(r"(?<=\s)\d+$", lambda m: str(int(m[0]) + 1), command), to_string=True)
            for line in text.splitlines():
                if not re.match(r"#0\s", line):
                    print(re.sub(r"^#(\d+)(\s*)", lambda m: f"#{int(m[1]) - 1}{m[2]}", line))
        else:
            gdb.execute(command)


class GoroutineCommand(gdb.Command):
    """Run a command on a goroutine's stack.

goroutine N             what it does
goroutine N COMMAND     COMMAND there: bt, info locals, frame function NAME …
goroutine apply all COMMAND"""

    def __init__(self):
        super().__init__("goroutine", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        every = re.match(r"apply\s+all\s+(.+)$", argument)
        one = re.match(r"(\d+)\s*(.*)$", argument)
        if every:
            for goroutine in goroutines.all_goroutines():
                print(f"\nGoroutine {describe(goroutine).strip()}")
                try:
                    run_on(goroutine, every[1])
                except gdb.error as error:
                    print(error)
        elif one:
            goroutine = goroutines.by_id(int(one[1]))
            if one[2]:
                run_on(goroutine, one[2])
            else:
                print(describe(goroutine).strip())
        else:
            raise gdb.GdbError("goroutine N [COMMAND], or goroutine apply all COMMAND")


def register():
    InfoGoroutines()
    GoroutineCommand()
