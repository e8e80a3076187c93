"""Shows a parked goroutine's stack as that of the selected thread, without touching a register.

gdb unwinds the selected thread's frame 0 by asking here first. While a goroutine is shown the answer
is the context that the switch saved on the goroutine's stack, so frame 1 is the one that called the
switch. Nothing is written, so core files work too.

The saved contexts are those of runtime/src/fiber/switch_x86_64.cpp and switch_aarch64.cpp.
"""

import gdb
from gdb.unwinder import Unwinder, register_unwinder

from . import goroutines


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class Layout:
    """Where the switch keeps what, in words from the saved stack pointer; and how far it moved."""

    def __init__(self, pc, sp, saved, size, pc_at):
        self.pc, self.sp, self.saved, self.size, self.pc_at = pc, sp, saved, size, pc_at


X86_64 = Layout("rip", "rsp", {"r15": 0, "r14": 1, "r13": 2, "r12": 3, "rbx": 4, "rbp": 5}, 56, 6)
AARCH64 = Layout("pc", "sp", {"x29": 0, "x30": 1, **{f"x{19 + i}": 2 + i for i in range(10)}}, 160, 1)


def layout():
    name = gdb.selected_frame().architecture().name()
    if name.startswith("i386:x86-64"):
        return X86_64
    if name.startswith("aarch64"):
        return AARCH64
    raise goroutines.Unavailable(f"Stacks of parked goroutines are not known on {name}.")


class Parked(Unwinder):
    def __init__(self):
        super().__init__("runnel parked goroutine")
        self.target = None  # the saved sp of the goroutine that is shown
        self.innermost = None  # the selected thread's own sp and pc
        self.layout = None

    def __call__(self, pending):
        if self.target is None:
            return None
        pc, sp = (int(pending.read_register(r)) for r in (self.layout.pc, self.layout.sp))
        if (sp, pc) != self.innermost:
            return None
        # The identity of frame 0 lies below the frames to come, else gdb takes the stack for corrupt.
        info = pending.create_unwind_info(FrameId(gdb.Value(self.target - 16), gdb.Value(pc)))
        word = gdb.lookup_type("unsigned long")

        def saved(at):
            return gdb.Value(self.target + 8 * at).cast(word.pointer()).dereference()

        def give(register, value):
            like = pending.read_register(register).type
            info.add_saved_register(register, value.cast(word).cast(like))

        for register, at in self.layout.saved.items():
            give(register, saved(at))
        give(self.layout.pc, saved(self.layout.pc_at))
        give(self.layout.sp, gdb.Value(self.target + self.layout.size))
        return info


PARKED = Parked()


class on_stack_of:
    """with on_stack_of(goroutine): the selected frame is the goroutine's innermost one."""

    def __init__(self, goroutine):
        self.goroutine = goroutine

    def __enter__(self):
        self.selection = goroutines.Selection()
        self.selection.__enter__()
        if self.goroutine.state == "running":
            runs_on = self.goroutine.thread()
            if runs_on is None:
                raise goroutines.Unavailable(f"Goroutine {self.goroutine.id} is between a stack and a thread just now.")
            runs_on.switch()
            gdb.newest_frame().select()
            return
        own = gdb.newest_frame()
        PARKED.layout = layout()
        PARKED.innermost = tuple(int(own.read_register(r)) for r in (PARKED.layout.sp, PARKED.layout.pc))
        PARKED.target = self.goroutine.sp
        gdb.invalidate_cached_frames()
        older = gdb.newest_frame().older()
        if older is None:
            self.__exit__()
            raise goroutines.Unavailable(f"Cannot read the stack of goroutine {self.goroutine.id}.")
        older.select()

    def __exit__(self, *unused):
        if PARKED.target is not None:
            PARKED.target = None
            gdb.invalidate_cached_frames()
        self.selection.__exit__()


def register():
    register_unwinder(None, PARKED, replace=True)
