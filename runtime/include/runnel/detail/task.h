// What the scheduler runs, and who can be woken: tasks and owners.
#pragma once

#include <cstddef>
#include <cstdint>
#include <source_location>

namespace runnel::detail {

struct parker;

/// Anything that waits to run. `run` null: a parked goroutine, to be switched to. Otherwise a piece
/// of code that needs a stack only while it runs: a goroutine that has not started, or a coroutine
/// to resume.
struct task {
  task* link = nullptr; ///< belongs to the queue the task is in
  void (*run)(task*) = nullptr;
};

/// A goroutine that has not started: its code, and what reports say about it.
struct closure : task {
  std::source_location where;
  std::uint64_t id : 44 = 0;
  std::uint64_t units : 16 = 0;      ///< its size in steps of 16 bytes, for reports; 0: unknown
  std::uint64_t stack_class : 4 = 0; ///< 0: the default; k: 64 KiB << (k - 1)
};
static_assert(sizeof(closure) == 32, "leaves 32 bytes for the callable in the small node");

/// What a closure's `units` is for a node of this type.
template <class N>
inline constexpr std::uint64_t units_of = sizeof(N) / 16 < 0xffff ? sizeof(N) / 16 : 0xffff;

/// Who waits: a task of the scheduler, or an OS thread (tagged). Trivial, one word.
class owner {
public:
  constexpr owner() noexcept = default;
  explicit owner(task* t) noexcept : bits_(reinterpret_cast<std::uintptr_t>(t)) {}
  explicit owner(parker* p) noexcept : bits_(reinterpret_cast<std::uintptr_t>(p) | 1) {}
  explicit operator bool() const noexcept { return bits_ != 0; }
  bool is_thread() const noexcept { return (bits_ & 1) != 0; }
  task* as_task() const noexcept { return reinterpret_cast<task*>(bits_); }
  parker* as_thread() const noexcept {
    return reinterpret_cast<parker*>(bits_ & ~std::uintptr_t{1});
  }
  std::uintptr_t bits() const noexcept { return bits_; }
  static owner from_bits(std::uintptr_t b) noexcept {
    owner o;
    o.bits_ = b;
    return o;
  }

private:
  std::uintptr_t bits_ = 0;
};

} // namespace runnel::detail
