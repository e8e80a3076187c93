// Select's cases without their types: what the engine in src/chan/select.cpp works on.
#pragma once

#include "runnel/annotations.h"
#include "runnel/clock.h"
#include "runnel/detail/chan_core.h"

namespace runnel::detail {

enum class case_kind : std::uint8_t { recv, send, timeout, otherwise };

/// One case. It lives in the caller's frame, and so does its waiter: a select allocates nothing.
class case_base {
public:
  virtual ~case_base() = default;

  case_kind kind() const noexcept { return kind_; }

protected:
  explicit case_base(case_kind k) noexcept : kind_(k) {}
  // Copies and moves carry the case, not the wait it may have been part of.
  case_base(const case_base& o) noexcept : core_(o.core_), kind_(o.kind_), used_(o.used_) {}
  case_base& operator=(const case_base&) = delete;

  friend class select_engine;

  /// With the channel's lock held: proceeds if it can.
  virtual bool try_locked(owner& wake) = 0;
  /// Forgets what an earlier select left.
  virtual void reset() noexcept {}
  /// Where the value lies or goes, for the waiter.
  virtual void* slot() noexcept { return nullptr; }
  /// The case won. `ok`: by a value; otherwise because the channel is closed. May throw.
  virtual void finish(waiter& w) { (void)w; }
  virtual clock::time_point deadline() const noexcept { return clock::time_point::max(); }
  /// Calls the handler, if there is one.
  virtual void handle() {}

  chan_core* core_ = nullptr; ///< null: nil, never ready (or no channel case at all)

private:
  case_kind kind_;
  bool used_ = false; ///< holds what a select left: a value, or that its channel was closed
  case_base* next_locked_ = nullptr;
  waiter waiter_;
};

/// The engine. One function a step, so that the order of the steps can be read in run().
class select_engine {
public:
  RUNNEL_BLOCKING RUNNEL_SUSPENDS static std::size_t run(case_base* const* cases, std::size_t n);
  static void handle(case_base& won) { won.handle(); }
  /// For reports: see chan/select_waits.h.
  static void visit(const void* wait, void* into, void (*visit)(void*, const chan_core*, bool));

  /// For one case beside an `otherwise`: true if that is to be taken. Never in a simulation, where
  /// the choice is a decision.
  static bool nothing_ready(case_base& c) noexcept {
    if (simulating() ||
        (c.core_ && (c.kind_ == case_kind::recv ? c.core_->may_recv() : c.core_->may_send())))
      return false;
    c.reset();
    return true;
  }

private:
  struct pass; // one call of run()
};

} // namespace runnel::detail
