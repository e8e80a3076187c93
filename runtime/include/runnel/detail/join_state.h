// What a join_handle and its goroutine share: the result, and who waits for it.
//
//   state     to         by
//   running   waiter     join(), after its caller left its stack (holds the owner's bits)
//   running   detached   the handle that is let go
//   running   finished   the goroutine: nobody waits yet
//   waiter    finished   the goroutine, which then readies the waiter
//   detached  finished   the goroutine, which then frees the state
//
// Once finished the state belongs to the handle: the goroutine does not touch it any more.
// Memory order: the goroutine's exchange releases the result, join() acquires it; detaching
// releases what the handle did, the goroutine acquires it before it frees.
//
// Rejected: counted references (two more atomic operations for each goroutine that is joined).
#pragma once

#include "runnel/annotations.h"
#include "runnel/detail/closure.h"

#include <exception>
#include <optional>
#include <variant>

namespace runnel::detail {

class join_core : public closure {
public:
  bool done() const noexcept { return state_.load(std::memory_order_acquire) == finished; }
  RUNNEL_BLOCKING void wait() noexcept;
  std::exception_ptr error;

protected:
  /// The goroutine's last act. True: the state is the goroutine's to free; else it may be gone.
  [[nodiscard]] bool complete() noexcept;
  /// False: the goroutine has finished.
  [[nodiscard]] bool leave() noexcept {
    std::uintptr_t seen = running;
    return state_.compare_exchange_strong(seen, detached, std::memory_order_release,
                                          std::memory_order_acquire);
  }

private:
  // Unlike any owner's bits: those are addresses, perhaps plus one.
  static constexpr std::uintptr_t running = 0, finished = 1, detached = 2;
  static void publish(void* self) noexcept;

  atomic<std::uintptr_t> state_{running};
  std::uintptr_t waiting_ = 0; ///< the joiner, until publish() shows it
};

template <class R> class join_state : public join_core {
public:
  using stored = std::conditional_t<
      std::is_void_v<R>, std::monostate,
      std::conditional_t<std::is_reference_v<R>, std::remove_reference_t<R>*, R>>;
  std::optional<stored> result;

  /// Of a goroutine that has been waited for.
  void free() noexcept { destroy_(this); }
  /// Nobody will ask for the result.
  void detach() noexcept {
    if (!leave())
      free();
  }

  R take() {
    if (error)
      std::rethrow_exception(std::move(error));
    if constexpr (std::is_reference_v<R>)
      return static_cast<R>(**result);
    else if constexpr (!std::is_void_v<R>)
      return std::move(*result);
  }

protected:
  void (*destroy_)(join_state*) noexcept = nullptr;
};

template <class R, class B> class spawned final : public join_state<R> {
public:
  template <class... A>
  explicit spawned(std::source_location at, A&&... a)
      : body_(std::in_place, std::forward<A>(a)...) {
    this->run = run_and_complete;
    this->where = at;
    this->units = units_of<spawned>;
    this->destroy_ = [](join_state<R>* s) noexcept { destroy_node(static_cast<spawned*>(s)); };
  }

private:
  static void run_and_complete(task* t) {
    auto* self = static_cast<spawned*>(t);
    try {
      if constexpr (std::is_void_v<R>) {
        (*self->body_)();
      } else if constexpr (std::is_reference_v<R>) {
        self->result.emplace(std::addressof((*self->body_)()));
      } else {
        self->result.emplace((*self->body_)());
      }
    } catch (...) { self->error = std::current_exception(); }
    self->body_.reset(); // what it captured ends with the goroutine, not with the handle
    if (self->complete())
      self->free();
  }

  std::optional<B> body_;
};

} // namespace runnel::detail
