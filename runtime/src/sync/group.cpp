// group: members, places, and the first error.

#include "runnel/group.h"

#include "runnel/mutex.h"
#include "runnel/semaphore.h"
#include "runnel/wait_group.h"

#include <mutex>
#include <optional>

namespace runnel {

namespace detail {

class group_state {
public:
  explicit group_state(context parent) : both(with_cancel_cause(std::move(parent))) {}

  std::pair<context, cancel_source> both;
  wait_group members;
  std::unique_ptr<semaphore> places; ///< null: no limit
  spin_lock lock;
  std::size_t running = 0;
  std::exception_ptr first;
};

bool group_enter(group_state& g, bool wait) {
  if (g.places) {
    if (wait)
      g.places->acquire();
    else if (!g.places->try_acquire())
      return false;
  }
  {
    std::lock_guard hold(g.lock);
    ++g.running;
  }
  g.members.add(1);
  return true;
}

void group_leave(group_state& g, std::exception_ptr error) noexcept {
  bool cancels = false;
  {
    std::lock_guard hold(g.lock);
    --g.running;
    if (error && !g.first) {
      g.first = error;
      cancels = true;
    }
  }
  if (cancels)
    g.both.second(std::move(error));
  if (g.places)
    g.places->release();
  g.members.done();
}

} // namespace detail

group::group() : group(context::background()) {}

group::group(context parent) : state_(std::make_shared<detail::group_state>(std::move(parent))) {}

group::~group() {
  state_->members.wait();
  state_->both.second();
}

void group::set_limit(std::size_t n) {
  {
    std::lock_guard hold(state_->lock);
    if (state_->running != 0)
      detail::throw_sync_error("runnel: group::set_limit while members run");
  }
  constexpr auto most = static_cast<std::size_t>(PTRDIFF_MAX);
  state_->places = std::make_unique<semaphore>(static_cast<std::ptrdiff_t>(n < most ? n : most));
}

context group::ctx() const { return state_->both.first; }

void group::wait() {
  state_->members.wait();
  state_->both.second();
  std::exception_ptr first;
  {
    std::lock_guard hold(state_->lock);
    first = state_->first;
  }
  if (first)
    std::rethrow_exception(first);
}

} // namespace runnel
