// Depth-first search over decisions, with sleep sets. engine.h states the invariants.
#include "crash.h"
#include "dependency.h"
#include "engine.h"
#include "heap.h"
#include "shadow.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace runnel::model {

thread_local engine* engine::active_ = nullptr;
std::uint64_t engine::runs_ = 0;

engine_scope::engine_scope(engine*) noexcept : was_(std::exchange(model_heap::in_use, false)) {}
engine_scope::~engine_scope() { model_heap::in_use = was_; }

engine::engine(options o, const mutation* broken, site_log* log)
    : options_(o), broken_(broken), log_(log) {}
engine::~engine() = default;

result engine::explore(const std::function<void()>& body) {
  const crash_guard guard(*this);
  bool more = true;
  while (more) {
    if (options_.max_executions &&
        result_.executions + result_.redundant >= options_.max_executions) {
      result_.exhausted = false;
      break;
    }
    switch (run_once(body)) {
    case ending::complete:
      ++result_.executions;
      break;
    case ending::redundant:
      ++result_.redundant;
      break;
    case ending::pruned:
      ++result_.pruned;
      result_.exhausted = false;
      break;
    case ending::failed:
      ++result_.executions;
      result_.ok = false;
      result_.exhausted = false;
      result_.failure = why_ + "\n" + render_trace();
      more = false;
      continue;
    }
    more = backtrack();
  }
  if (options_.preemptions >= 0)
    result_.exhausted = false;
  result_.steps = total_steps_;
  return std::move(result_);
}

namespace {
/// Stacks outlive engines: their memory is tracked by address.
fiber& stack_of(unsigned thread) {
  static std::vector<std::unique_ptr<fiber>> all;
  while (all.size() <= thread) {
    all.push_back(std::make_unique<fiber>());
    shadow_memory::track(all.back()->stack(), all.back()->size());
  }
  return *all[thread];
}
} // namespace

unsigned engine::make_thread() {
  const unsigned t = live_++;
  if (t == threads_.size())
    threads_.push_back(std::make_unique<thread_state>());
  thread_state& s = *threads_[t];
  s.stack = &stack_of(t);
  s.mem = memory_thread{};
  s.mem.id = t;
  s.next = operation{};
  s.finished = s.waiting = s.timed = false;
  s.spins.clear();
  s.saw.clear();
  s.covered = 0;
  return t;
}

void engine::thread_entry(void* argument) {
  auto* self = static_cast<engine*>(argument);
  const unsigned t = self->running_;
  thread_state& s = *self->threads_[t];
  auto* body = reinterpret_cast<std::function<void()>*>(s.body);
  model_heap::in_use = true;
  try {
    (*body)();
    std::destroy_at(body);
  } catch (const std::exception& e) {
    const engine_scope scope(self);
    self->fail(std::string("uncaught exception: ") + e.what(), std::source_location::current());
  } catch (...) { self->fail("uncaught exception", std::source_location::current()); }
  model_heap::in_use = false;
  s.finished = true;
  s.stack->leave();
}

void engine::resume_thread(unsigned t) {
  const unsigned before = std::exchange(running_, t);
  threads_[t]->stack->enter();
  running_ = before;
}

engine::ending engine::run_once(const std::function<void()>& body) {
  memory_.reset();
  total_.reset();
  model_heap::reset();
  mutexes_used_ = 0;
  live_ = 0;
  depth_ = 0;
  sleepers_ = {};
  preemptions_ = spurious_ = 0;
  execution_steps_ = 0;
  stop_ = nothing_new_ = false;
  events_.clear();
  foreign_.clear();
  ++runs_;
  active_ = this;
  struct deactivate {
    ~deactivate() { active_ = nullptr; }
  } const at_end;

  const unsigned first = make_thread();
  thread_state& s = *threads_[first];
  s.mem.now.clock[first] = 1;
  new (s.body) std::function<void()>([&body] { body(); });
  s.stack->prepare(&thread_entry, this);
  resume_thread(first);
  running_ = first;

  for (;;) {
    if (stop_)
      return nothing_new_ ? ending::redundant : ending::failed;
    ending end{};
    node* n = next_step(end);
    if (!n)
      return end;
    const std::size_t step = depth_ - 1;
    ++total_steps_;
    if (++execution_steps_ > options_.max_steps) {
      if (options_.prune_long)
        return ending::pruned;
      why_ = "livelock: more than " + std::to_string(options_.max_steps) + " steps";
      why_site_ = threads_[n->thread]->site;
      return ending::failed;
    }
    const unsigned t = n->thread;
    const sleeper& mine = n->sleepers[t];
    threads_[t]->covered = mine.how == sleep::partial ? mine.covered : 0;
    effect_ = operation{};
    resume_thread(t);
    running_ = t;
    if (depth_ == path_.size())
      settle_sleepers(path_[step]);
  }
}

bool engine::waits_spuriously(unsigned t) const {
  const thread_state& s = *threads_[t];
  return s.next.what == kind::resume && s.waiting && !s.timed;
}

bool engine::is_enabled(unsigned t) const {
  const thread_state& s = *threads_[t];
  if (s.finished)
    return false;
  switch (s.next.what) {
  case kind::lock:
    return !mutexes_[s.next.where].held;
  case kind::join:
    return threads_[s.next.where]->finished;
  case kind::resume:
    return !s.waiting || s.timed || spurious_ < options_.spurious;
  case kind::yield: {
    if (s.spins.empty())
      return true;
    auto& memory = const_cast<class memory&>(memory_);
    return std::any_of(s.spins.begin(), s.spins.end(), [&](const spin& p) {
      const store_record& newest = memory.at(p.loc).stores.back();
      return newest.at > p.seen && !(newest.value == p.value);
    });
  }
  default:
    return true;
  }
}

int engine::candidate(const node& n) const {
  const auto runnable = [&](unsigned t) {
    return (n.enabled >> t & 1) && n.sleepers[t].how != sleep::asleep;
  };
  const bool could_go_on = n.enabled >> n.before & 1;
  if (runnable(n.before))
    return n.before;
  if (could_go_on && options_.preemptions >= 0 && n.preempted >= options_.preemptions)
    return -1;
  for (unsigned t = 0; t < live_; ++t)
    if (runnable(t))
      return static_cast<int>(t);
  return -1;
}

engine::node* engine::next_step(ending& end) {
  if (depth_ < path_.size()) {
    node& n = path_[depth_++];
    preemptions_ = n.preempted + ((n.enabled >> n.before & 1) && n.thread != n.before);
    return &n;
  }
  node n;
  n.scheduling = true;
  n.before = static_cast<std::uint8_t>(running_);
  n.preempted = static_cast<std::uint8_t>(std::min(preemptions_, 255u));
  n.sleepers = sleepers_;
  bool all_finished = true, only_spurious = true;
  for (unsigned t = 0; t < live_; ++t) {
    const thread_state& s = *threads_[t];
    all_finished = all_finished && s.finished;
    if (!is_enabled(t))
      continue;
    n.enabled |= static_cast<std::uint8_t>(1u << t);
    only_spurious = only_spurious && waits_spuriously(t);
    if (s.next.what == kind::load)
      n.history[t] = memory_.at(s.next.where).executed;
  }
  if (all_finished) {
    end = ending::complete;
    if (options_.check_leaks && model_heap::live() != 0) {
      why_ = "leak: " + std::to_string(model_heap::live()) + " blocks of memory are never freed";
      why_site_ = std::source_location{};
      end = ending::failed;
    }
    return nullptr;
  }
  if (only_spurious) { // nobody is enabled, or only because a wait may end for no reason
    why_ = deadlock();
    end = ending::failed;
    return nullptr;
  }
  const int t = candidate(n);
  if (t < 0) {
    end = ending::redundant;
    return nullptr;
  }
  n.thread = static_cast<std::uint8_t>(t);
  preemptions_ = n.preempted + ((n.enabled >> n.before & 1) && n.thread != n.before);
  path_.push_back(n);
  ++depth_;
  return &path_.back();
}

bool engine::spins_on(const thread_state& s, std::uint32_t loc) const {
  return std::any_of(s.spins.begin(), s.spins.end(), [&](const spin& p) { return p.loc == loc; });
}

void engine::settle_sleepers(const node& from) {
  for (unsigned u = 0; u < live_; ++u) {
    sleeper s = from.sleepers[u];
    const operation& pending = threads_[u]->next;
    const auto writes = [](kind k) { return k == kind::store || k == kind::rmw; };
    if (u == from.thread || s.how == sleep::awake || !options_.reduce) {
      s = sleeper{};
    } else if (pending.what == kind::yield) {
      if (writes(effect_.what) && spins_on(*threads_[u], effect_.where))
        s = sleeper{};
    } else if (effect_.what == kind::yield) {
      if (writes(pending.what) && std::find(effect_spins_.begin(), effect_spins_.end(),
                                            pending.where) != effect_spins_.end())
        s = sleeper{};
    } else {
      switch (influences(effect_, pending)) {
      case influence::none:
        break;
      case influence::newer:
        s.how = sleep::partial;
        break;
      case influence::full:
        s = sleeper{};
        break;
      }
    }
    sleepers_[u] = s;
  }
  for (unsigned u = live_; u < max_threads; ++u)
    sleepers_[u] = sleeper{};
}

unsigned engine::decide(unsigned n) {
  if (n <= 1)
    return 0;
  if (depth_ < path_.size())
    return path_[depth_++].choice;
  node d;
  d.choices = static_cast<std::uint16_t>(n);
  path_.push_back(d);
  ++depth_;
  return 0;
}

bool engine::backtrack() {
  while (!path_.empty()) {
    node& n = path_.back();
    if (!n.scheduling) {
      if (++n.choice < n.choices)
        return true;
    } else {
      n.sleepers[n.thread] = {sleep::asleep, n.history[n.thread]};
      const int t = candidate(n);
      if (t >= 0) {
        n.thread = static_cast<std::uint8_t>(t);
        return true;
      }
    }
    path_.pop_back();
  }
  return false;
}

} // namespace runnel::model
