// A stack that model code runs on, and the switch to and from it. Switching costs a few
// nanoseconds on x86-64; elsewhere ucontext does it. Only one OS thread is ever involved.
#pragma once

#include <cstddef>

namespace runnel::model {

class fiber {
public:
  fiber();
  ~fiber();
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;

  /// Prepares to run entry(argument) from the top of the stack. What ran here before is forgotten,
  /// not unwound.
  void prepare(void (*entry)(void*), void* argument);

  /// From the outside: runs the fiber until it calls leave().
  void enter();
  /// From the inside: back to whoever called enter().
  void leave();

  void* stack() const noexcept; ///< its lowest byte
  std::size_t size() const noexcept;

private:
  struct state;
  static void trampoline(fiber* self);
  state* s_;
};

} // namespace runnel::model
