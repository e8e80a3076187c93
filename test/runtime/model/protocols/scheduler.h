// Stands for the scheduler under channels, select and the other primitives: runnel/detail/sched.h
// over model threads. park() and ready() do what their contract says and nothing more; the real
// ones have models of their own.
#pragma once

#include "checker/mutation.h"
#include "checker/sync.h"

#include "runnel/detail/sched.h"

#include <deque>

namespace runnel::model {

constexpr auto rlx = order::relaxed;
constexpr auto acq = order::acquire;
constexpr auto rel = order::release;

template <class... F> void in_parallel(F... bodies) {
  std::deque<thread> all;
  (all.emplace_back(std::move(bodies)), ...);
}

/// Who model threads are to the scheduler; one exists at a time, for one execution.
class actors {
public:
  actors();
  ~actors();
  actors(const actors&) = delete;

  struct actor : detail::task {
    gate wake;
    /// Plain, as a fiber's saved stack pointer is: written by who parks, read by who makes ready.
    int context = 0;
  };
  actor& me() { return all_[engine::active()->self()]; }
  static actors& now();

private:
  actor all_[max_threads];
};

} // namespace runnel::model
