"""Finds the goroutines of the inferior: a walk over the stacks that were ever handed out.

Mirrors runtime/src/fiber: the slabs of stack_pool, where stack_pool::at() puts a control block, and
what fiber says about its goroutine. test/runtime/gdb breaks when they part company.
"""

import gdb

CACHE_LINE, COLOURS = 64, 16

# What a goroutine waits for, as people say it; a reason without an entry prints as its own name.
REASONS = {
    "chan_send": "send", "chan_recv": "receive", "nil_chan": "nil channel", "select_forever": "select with no case",
    "shared_mutex_write": "shared_mutex, to write", "shared_mutex_read": "shared_mutex, to read",
    "condition": "condition_variable", "wait_group": "wait_group", "join": "join of a goroutine",
}


class Unavailable(gdb.GdbError):
    """Said to the user as it is."""


def plain(value):
    """The value inside std::atomic, whatever the standard library calls the members."""
    while value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT:
        members = [f for f in value.type.strip_typedefs().fields() if hasattr(f, "bitpos")]
        if len(members) != 1:
            break
        value = value[members[0]]
    return value


def evaluate(expression):
    """In C++, whatever the language of the selected frame is."""
    before = gdb.parameter("language")
    gdb.execute("set language c++", to_string=True)
    try:
        return gdb.parse_and_eval(expression)
    finally:
        gdb.execute(f"set language {before}", to_string=True)


def global_pool():
    """The stack_pool, or None if the program has not made a goroutine yet."""
    try:
        # By its linker name: a variable of a function's own has no debug information of its own.
        pool = evaluate("*(runnel::detail::stack_pool **)&'runnel::detail::stacks()::pool'")
    except gdb.error as error:
        raise Unavailable(f"Cannot find the runtime's stacks ({error}): is the program linked with runnel, "
                          "and the runtime built with -g?")
    return pool.dereference() if int(pool) else None


class Selection:
    """with Selection(): the user's thread and frame are selected again afterwards."""

    def __enter__(self):
        self.thread = gdb.selected_thread()
        if self.thread is None:
            raise Unavailable("No thread: start the program, or load its core file.")
        self.level = gdb.selected_frame().level()

    def __exit__(self, *unused):
        self.thread.switch()
        frame = gdb.newest_frame()  # frames do not outlive gdb's cache; their places do
        for _ in range(self.level):
            frame = frame.older() or frame
        frame.select()


class Goroutine:
    def __init__(self, fiber):
        self.fiber = fiber
        self.address = int(fiber.address)
        self.id = int(fiber["id"])
        self.state = str(plain(fiber["state"])).rsplit("::", 1)[-1]
        self.sp = int(fiber["sp"])
        self.low, self.high = int(fiber["slot"]), self.address + int(fiber.type.sizeof)

    @property
    def name(self):
        return self.fiber["name"].string(errors="replace")

    @property
    def started_at(self):
        try:
            where = self.fiber["where"]["_M_impl"]
            if int(where) == 0:
                return ""
            return f"{where['_M_file_name'].string()}:{int(where['_M_line'])}"
        except gdb.error:
            return ""

    @property
    def waits_on(self):
        """For a parked one: the kind of wait and the object, as text."""
        note = self.fiber["note"]
        why = str(plain(note["why"])).rsplit("::", 1)[-1]
        address = int(plain(note["object"]))
        text = REASONS.get(why, why.replace("_", " "))
        return f"{text} {address:#x}" if address else text

    def holds(self, address):
        return self.low <= address < self.high

    def thread(self):
        """The thread that runs it, for a running one."""
        with Selection():
            for thread in gdb.selected_inferior().threads():
                thread.switch()
                if self.holds(int(gdb.newest_frame().read_register(stack_register()))):
                    return thread
        return None


def stack_register():
    return "rsp" if gdb.selected_frame().architecture().name().startswith("i386") else "sp"


def all_goroutines():
    """In the order of their ids. A stack between two goroutines is nobody's."""
    pool = global_pool()
    if pool is None:
        return []
    fiber_type = gdb.lookup_type("runnel::detail::fiber")
    smallest = int(evaluate("runnel::detail::stack_pool::smallest"))
    block = (fiber_type.sizeof + CACHE_LINE - 1) // CACHE_LINE * CACHE_LINE
    found, slab = [], plain(pool["slabs_"])
    while int(slab):
        size = smallest << int(slab["size_class"])
        base = int(slab["base"])
        for index in range(int(plain(slab["used"]))):
            address = base + (index + 1) * size - index % COLOURS * CACHE_LINE - block
            fiber = gdb.Value(address).cast(fiber_type.pointer()).dereference()
            if int(fiber["slot"]) and str(plain(fiber["state"])).rsplit("::", 1)[-1] != "free":
                found.append(Goroutine(fiber))
        slab = slab["next"]
    return sorted(found, key=lambda g: g.id)


def by_id(number):
    for goroutine in all_goroutines():
        if goroutine.id == number:
            return goroutine
    raise Unavailable(f"No goroutine {number} on a stack; see 'info goroutines'.")
