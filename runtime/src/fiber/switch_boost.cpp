// The context switch for other architectures, on Boost.Context.
//
// jump_fcontext hands each side the other's new context; the side that arrives stores it where the
// leaving side wants it kept. Slower than our own by a factor of two or three.
#if !defined(__x86_64__) && !defined(__aarch64__)

#include "fiber/switch.h"

#include <boost/context/detail/fcontext.hpp>

namespace runnel::detail {

namespace ctx = boost::context::detail;

namespace {

struct passed {
  void** save;
  arrival what;
};

struct first {
  stack_entry entry;
  void* self;
};

void begin(ctx::transfer_t from) {
  // The first jump only fetches the arguments; see prepare_stack.
  first mine = *static_cast<first*>(from.data);
  from = ctx::jump_fcontext(from.fctx, nullptr);
  auto p = *static_cast<passed*>(from.data);
  *p.save = from.fctx;
  mine.entry(mine.self, p.what.run, p.what.arg);
  __builtin_trap();
}

} // namespace

extern "C" arrival runnel_switch(void** save, void* to, after_switch run, void* arg) noexcept {
  passed mine{save, {run, arg}};
  ctx::transfer_t from = ctx::jump_fcontext(to, &mine);
  auto p = *static_cast<passed*>(from.data);
  *p.save = from.fctx;
  return p.what;
}

// There is no portable way into a parked stack; reports go without traces.
extern "C" void runnel_probe(void*, void (*)(void*), void*) {}

void* prepare_stack(void* top, stack_entry entry, void* self) noexcept {
  // The size only matters for where the context lies, not for how far the stack may grow.
  first mine{entry, self};
  auto context = ctx::make_fcontext(top, 4096, begin);
  return ctx::jump_fcontext(context, &mine).fctx;
}

} // namespace runnel::detail

#endif
