"""Pretty printers: channels and their ends, mutexes, wait groups."""

import gdb
import gdb.printing


from .goroutines import plain


def waiting(queue):
    """Who stands in a wait queue, oldest first, as text."""
    names, at = [], plain(queue["head_"])
    while int(at) and len(names) < 100:
        names.append(party(at["who"]))
        at = at["next"]
    return names


def party(owner):
    bits = int(owner["bits_"])
    if bits & 1:
        return "a thread"
    try:
        fiber = gdb.Value(bits).cast(gdb.lookup_type("runnel::detail::task").pointer())
        fiber = fiber.cast(gdb.lookup_type("runnel::detail::fiber").pointer()).dereference()
        return f"goroutine {int(fiber['id'])}"
    except gdb.error:
        return "someone"


class Channel:
    """channel, sender and receiver: the state of the channel and what it holds, oldest first."""

    def __init__(self, value):
        self.core = value["handle_"]["core_"]

    def to_string(self):
        if int(self.core) == 0:
            return "nil"
        core = self.core.dereference()
        count, capacity = int(plain(core["count"])), int(core["capacity"])
        parts = ["closed" if bool(plain(core["closed"])) else "open",
                 f"{count} of {capacity} buffered" if capacity else "unbuffered"]
        for side, verb in (("senders", "waits to send"), ("receivers", "waits to receive")):
            for name in waiting(core[side]):
                parts.append(f"{name} {verb}")
        return f"{int(self.core):#x}: " + ", ".join(parts)

    def children(self):
        if int(self.core) == 0:
            return
        element = self.core.type.target().strip_typedefs().template_argument(0)
        core = self.core.dereference()
        base = gdb.lookup_type("runnel::detail::chan_core").sizeof
        align = element.alignof or 1
        first = int(self.core) + (base + align - 1) // align * align
        head, capacity = int(core["head"]), int(core["capacity"])
        for i in range(int(plain(core["count"]))):
            at = first + (head + i) % capacity * element.sizeof
            yield f"[{i}]", gdb.Value(at).cast(element.pointer()).dereference()

    def display_hint(self):
        return "array"


class Mutex:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        state = "locked" if int(plain(self.value["state_"])) & 1 else "unlocked"
        return ", ".join([state, *(f"{name} waits" for name in waiting(self.value["queue_"]))])


class WaitGroup:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        count = int(plain(self.value["count_"]))
        return ", ".join([f"{count} to go", *(f"{name} waits" for name in waiting(self.value["queue_"]))])


def register():
    printers = gdb.printing.RegexpCollectionPrettyPrinter("runnel")
    printers.add_printer("channel", r"^runnel::(channel|sender|receiver)<.*>$", Channel)
    printers.add_printer("mutex", r"^runnel::mutex$", Mutex)
    printers.add_printer("wait_group", r"^runnel::wait_group$", WaitGroup)
    gdb.printing.register_pretty_printer(None, printers, replace=True)
