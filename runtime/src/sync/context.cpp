// Contexts: the tree of what can be cancelled.
//
// 1. Children hold their parents; a parent knows its children by plain pointers, which they take
//    back in their destructors under the parent's lock. To use a child, a parent first makes sure,
//    under that lock, that it still lives.
// 2. Locks are taken one at a time; a cancellation walks down with none held.
// 3. `error` goes from empty to set once, under the lock, before `done` is closed.

#include "runnel/context.h"

#include "runnel/detail/spin_lock.h"
#include "runnel/timer.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace runnel {

namespace detail {

class cancel_node final : public context_node, public std::enable_shared_from_this<cancel_node> {
public:
  cancel_node() {
    canceller = this;
    done_.handle().core()->stays_open = true; // losing the last reference is no cancellation
  }
  ~cancel_node() override {
    if (timer_)
      timer_->stop();
    if (above_)
      above_->forget(*this);
  }

  /// Ends with `above` from now on, or at once if that has ended.
  void attach(cancel_node* above) {
    if (!above)
      return;
    std::error_code ended;
    std::exception_ptr why;
    {
      std::lock_guard hold(above->lock_);
      if (above->error_) {
        ended = above->error_;
        why = above->cause_;
      } else {
        above->children_.push_back(this);
        above_ = above;
      }
    }
    if (ended)
      cancel(ended, why);
  }

  void cancel(std::error_code error, std::exception_ptr cause) {
    std::optional<std::stop_source> stop;
    std::optional<timer> pending;
    {
      std::lock_guard hold(lock_);
      if (error_)
        return;
      error_ = error;
      cause_ = cause;
      stop = stop_;
      pending = std::exchange(timer_, std::nullopt);
    }
    done_.close();
    if (pending)
      pending->stop();
    while (std::shared_ptr<cancel_node> child = any_child())
      child->cancel(error, cause);
    if (stop)
      stop->request_stop();
  }

  std::error_code error() const {
    std::lock_guard hold(lock_);
    return error_;
  }
  std::exception_ptr cause() const {
    std::lock_guard hold(lock_);
    if (!error_ || cause_)
      return cause_;
    return std::make_exception_ptr(std::system_error(error_));
  }
  receiver<void> done() const { return done_; }

  std::stop_token stop_token() {
    bool ended;
    std::stop_source source(std::nostopstate);
    {
      std::lock_guard hold(lock_);
      if (!stop_)
        stop_.emplace();
      source = *stop_;
      ended = static_cast<bool>(error_);
    }
    if (ended)
      source.request_stop();
    return source.get_token();
  }

  void end_at(clock::time_point t) {
    deadline_ = t;
    duration left = t - clock::now();
    if (left <= duration::zero()) {
      cancel(errc::deadline_exceeded, nullptr);
      return;
    }
    timer at_end = after_func(left, [weak = weak_from_this()] {
      if (auto node = weak.lock())
        node->cancel(errc::deadline_exceeded, nullptr);
    });
    {
      std::lock_guard hold(lock_);
      if (!error_) {
        timer_.emplace(std::move(at_end));
        return;
      }
    }
    at_end.stop(); // it has ended meanwhile
  }
  void inherit_deadline(std::optional<clock::time_point> t) { deadline_ = t; }
  std::optional<clock::time_point> deadline() const { return deadline_; }

  void end_with(std::stop_token token) {
    stop_callback_.emplace(std::move(token), on_stop{weak_from_this()});
  }

private:
  struct on_stop {
    std::weak_ptr<cancel_node> node;
    void operator()() const {
      if (auto n = node.lock())
        n->cancel(errc::canceled, nullptr);
    }
  };

  void forget(cancel_node& child) {
    std::lock_guard hold(lock_);
    std::erase(children_, &child);
  }

  // Takes one out. A child that is being destroyed waits for our lock in forget().
  std::shared_ptr<cancel_node> any_child() {
    std::lock_guard hold(lock_);
    while (!children_.empty()) {
      cancel_node* child = children_.back();
      children_.pop_back();
      if (auto alive = child->weak_from_this().lock())
        return alive;
    }
    return nullptr;
  }

  mutable spin_lock lock_;
  std::error_code error_;
  std::exception_ptr cause_;
  std::vector<cancel_node*> children_;
  std::optional<std::stop_source> stop_;
  std::optional<timer> timer_;

  // Set while it is made, before others see it.
  cancel_node* above_ = nullptr;
  std::optional<clock::time_point> deadline_;
  channel<void> done_;
  std::optional<std::stop_callback<on_stop>> stop_callback_;
};

namespace {

std::shared_ptr<cancel_node> derive(const context& parent) {
  auto node = std::make_shared<cancel_node>();
  node->parent = parent.node();
  node->inherit_deadline(parent.deadline());
  if (parent.node())
    node->attach(parent.node()->canceller);
  return node;
}

std::pair<context, cancel_source> both(std::shared_ptr<cancel_node> node) {
  context c(node);
  return {std::move(c), cancel_source(std::move(node))};
}

} // namespace
} // namespace detail

context context::from(std::stop_token token) {
  auto node = std::make_shared<detail::cancel_node>();
  node->end_with(std::move(token));
  return context(std::move(node));
}

receiver<void> context::done() const {
  if (!node_ || !node_->canceller)
    return nullptr;
  return node_->canceller->done();
}

std::error_code context::err() const {
  detail::decision_point(node_.get());
  return node_ && node_->canceller ? node_->canceller->error() : std::error_code();
}

std::exception_ptr context::cause() const {
  return node_ && node_->canceller ? node_->canceller->cause() : nullptr;
}

std::optional<clock::time_point> context::deadline() const {
  return node_ && node_->canceller ? node_->canceller->deadline() : std::nullopt;
}

std::stop_token context::stop_token() const {
  return node_ && node_->canceller ? node_->canceller->stop_token() : std::stop_token();
}

const void* context::find(const void* key) const noexcept {
  for (const detail::context_node* n = node_.get(); n; n = n->parent.get())
    if (n->key == key && n->value)
      return n->value;
  return nullptr;
}

void cancel_source::operator()(std::exception_ptr cause) const {
  if (!node_)
    return;
  detail::decision_point(node_.get());
  node_->cancel(errc::canceled, std::move(cause));
}

std::pair<context, cancel_source> with_cancel(context parent) {
  return detail::both(detail::derive(parent));
}

std::pair<context, cancel_source> with_cancel_cause(context parent) {
  return with_cancel(std::move(parent));
}

std::pair<context, cancel_source> with_deadline(context parent, clock::time_point t) {
  auto node = detail::derive(parent);
  if (auto earlier = parent.deadline(); !earlier || t < *earlier)
    node->end_at(t);
  return detail::both(std::move(node));
}

std::pair<context, cancel_source> with_timeout(context parent, duration d) {
  return with_deadline(std::move(parent), detail::deadline_after(d));
}

} // namespace runnel
