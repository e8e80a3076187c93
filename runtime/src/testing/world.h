// A simulated world: one thread, virtual time, every decision from a chooser.
//
// The world has a worker of its own whose context is the caller of run(). Goroutines switch back to
// it whenever they park or a decision lets another run; it switches to the next.
//
// 1. Time moves only when nothing is ready; then to the earliest timer. Timers that are due compete
//    with the goroutines as options of a decision, so they may fire late and in any order.
// 2. A ticker alone is no hope: when only periodic timers are left and their ticks wake nobody, the
//    world is as dead as without them.
// 3. Goroutines that can never go on are abandoned with their stacks, which are not used again:
//    their frames may be linked into objects that live on. Readying one of them does nothing.
#pragma once

#include "fiber/sanitizer.h"
#include "runnel/test.h"
#include "sched/worker.h"
#include "testing/chooser.h"

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

class world {
public:
  world();

  struct result {
    test::outcome outcome = test::outcome::ok;
    std::string message;
    trace decisions;
    std::size_t steps = 0;
  };
  /// Runs the program as goroutine 1 until all is over or nothing can move.
  result run(const test::detail::program& p, chooser& c, std::size_t max_steps, bool want_message);

  /// An unused world; they are never freed, since timers may outlive their run.
  static world& take();
  void give_back() noexcept;

  // --- what the interface of sched.h calls, on the world's own thread
  // -------------------------------
  static bool ready(task& t) noexcept; ///< false: the task is none of a world's
  void start(closure& c) noexcept;
  void decision(const void* object) noexcept;
  void yield() noexcept;
  std::uint32_t choose(std::uint32_t n) noexcept;
  std::int64_t now() const noexcept { return now_; }
  void panic(fiber& f, std::exception_ptr error) noexcept;
  void born(fiber& f) { alive_.push_back(&f); }
  void died(fiber& f) noexcept;

private:
  void loop();
  task* next(task* running);
  std::uint32_t decide(std::uint32_t options, bool preempts, std::uint32_t chosen) noexcept;
  void fire(std::uint32_t which_due);
  std::uint32_t count_due() noexcept;
  bool advance();
  bool only_tickers_left() noexcept;
  void switch_to(task* t) noexcept;
  void stop(test::outcome o) noexcept;
  void abandon() noexcept;
  std::string describe() const;

  static std::uint64_t id_of(const task& t) noexcept;

  worker worker_;
  chooser* chooser_ = nullptr;
  std::vector<task*> ready_;
  std::vector<std::uint64_t> ids_;
  std::vector<fiber*> alive_;
  task* chosen_ = nullptr; ///< what a decision on a goroutine's stack settled on
  std::int64_t now_ = 0;
  std::uint64_t next_id_ = 1;
  std::uint64_t live_ = 0; ///< goroutines that have not ended
  std::size_t steps_ = 0, max_steps_ = 0;
  std::size_t idle_ticks_ = 0;
  bool main_done_ = false, stopped_ = false;
  result result_;
  std::exception_ptr error_;
  std::string panicked_;
  world* next_free_ = nullptr;
};

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
