// A simulated world: the loop, time, and the end.

#include "testing/world.h"
#include "fiber/sanitizer.h"

#include "debug/describe.h"
#include "debug/holders.h"
#include "runnel/detail/closure.h"
#include "runnel/detail/spin_lock.h"
#include "time/timers.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

namespace {

constexpr std::int64_t epoch = 1'000'000'000'000; // some time that is not zero

constinit spin_lock pool_lock;
constinit world* free_worlds = nullptr;
// The home of goroutines that were abandoned.
world* const nowhere = reinterpret_cast<world*>(alignof(std::max_align_t));
// What abandoned goroutines hold must stay reachable, or leak checkers report the user's values.
constinit spin_lock graveyard_lock;
constinit task* graveyard = nullptr;

void bury(task& t) noexcept {
  std::lock_guard hold(graveyard_lock);
  t.link = graveyard;
  graveyard = &t;
}

void nothing(void*) noexcept {}

} // namespace

world::world() : worker_(0) {
  worker_.sim = this;
  worker_.thread.runs = &worker_;
}

world& world::take() {
  {
    std::lock_guard hold(pool_lock);
    if (world* w = free_worlds) {
      free_worlds = w->next_free_;
      return *w;
    }
  }
  return *new world;
}

void world::give_back() noexcept {
  std::lock_guard hold(pool_lock);
  next_free_ = free_worlds;
  free_worlds = this;
}

std::uint64_t world::id_of(const task& t) noexcept {
  return t.run ? static_cast<std::uint64_t>(static_cast<const closure&>(t).id)
               : static_cast<const fiber&>(t).id;
}

world::result world::run(const test::detail::program& p, chooser& c, std::size_t max_steps,
                         bool want_message) {
  // Into the world: this thread's worker is ours until the end.
  thread_state& t = this_thread();
  if (t.runs && t.runs->sim)
    throw std::logic_error("runnel: a simulation inside a simulation");
  worker* outside = t.runs;
  struct inside {
    thread_state& t;
    worker* outside;
    inside(thread_state& state, worker* before, worker& mine) noexcept : t(state), outside(before) {
      attention.fetch_add(one_simulation, std::memory_order_relaxed);
      mine.error = &errno;
      mine.exceptions = reinterpret_cast<exceptions_in_flight*>(__cxxabiv1::__cxa_get_globals());
      t.runs = &mine;
    }
    ~inside() {
      t.runs = outside;
      attention.fetch_sub(one_simulation, std::memory_order_relaxed);
    }
  };
  adopt_stack_of(worker_, outside);

  chooser_ = &c;
  now_ = epoch;
  next_id_ = 1;
  live_ = 0;
  steps_ = 0;
  max_steps_ = max_steps;
  idle_ticks_ = 0;
  main_done_ = stopped_ = false;
  result_ = {};
  panicked_.clear();
  {
    inside here(t, outside, worker_);
    // An exception in flight outside is none of the world's business.
    exceptions_in_flight before = std::exchange(*worker_.exceptions, {});
    auto main = [this, p] {
      p.call(p.object);
      main_done_ = true;
    };
    go_at(p.where, 0, main);
    loop();
    if (result_.outcome != test::outcome::ok && want_message)
      result_.message = describe();
    abandon();
    *worker_.exceptions = before;
  }
  result_.steps = steps_;
  return std::move(result_);
}

bool world::ready(task& t) noexcept {
  worker* w = this_worker();
  world* here = w ? w->sim : nullptr;
  world* home = t.run ? here : static_cast<fiber&>(t).home;
  if (!home)
    return false;
  if (home == here) {
    if (!t.run)
      static_cast<fiber&>(t).state.store(fiber_state::ready, std::memory_order_relaxed);
    home->ready_.push_back(&t);
  } // else: abandoned, or woken by a thread that must not know it
  return true;
}

void world::start(closure& c) noexcept {
  c.id = next_id_++;
  ++live_;
  ready_.push_back(&c);
  if (worker_.current)
    decision(&c);
}

std::uint32_t world::decide(std::uint32_t options, bool preempts, std::uint32_t chosen) noexcept {
  result_.decisions.push_back({chosen, options, preempts});
  return chosen;
}

std::uint32_t world::choose(std::uint32_t n) noexcept {
  if (n <= 1)
    return 0;
  return decide(n, false, chooser_->pick(n));
}

std::uint32_t world::count_due() noexcept {
  timer_heap& heap = worker_.timers;
  if (heap.next_due() > now_)
    return 0;
  std::uint32_t due = 0;
  for (std::size_t i = 0; i < heap.size(); ++i)
    due += heap.at(i)->when <= now_;
  return due;
}

void world::fire(std::uint32_t which_due) {
  timer_heap& heap = worker_.timers;
  std::size_t i = 0;
  for (;; ++i)
    if (heap.at(i)->when <= now_ && which_due-- == 0)
      break;
  timer_node& n = *heap.at(i);
  std::size_t before = ready_.size();
  if (n.waits) {
    auto& d = static_cast<deadline_node&>(n);
    heap.remove(n);
    if (d.token->claim(select_token::timed_out))
      detail::ready(d.who);
  } else {
    auto& core = static_cast<timer_core&>(n);
    idle_ticks_ += core.period > 0;
    take_event(heap, core, now_);
    fire_event(core, now_);
    release(&core);
  }
  if (ready_.size() != before)
    idle_ticks_ = 0;
}

bool world::only_tickers_left() noexcept {
  timer_heap& heap = worker_.timers;
  for (std::size_t i = 0; i < heap.size(); ++i)
    if (timer_node* n = heap.at(i); n->waits || static_cast<timer_core*>(n)->period == 0)
      return false;
  return true;
}

// Nothing is ready: on to the earliest timer. False: there is none that could change anything.
bool world::advance() {
  timer_heap& heap = worker_.timers;
  if (heap.size() == 0 || (only_tickers_left() && idle_ticks_ > 2 * heap.size()))
    return false;
  now_ = std::max(now_, heap.next_due());
  return true;
}

// Who runs next; `running` (or null) could go on. Null: nobody can. Fires timers on the way.
task* world::next(task* running) {
  for (;;) {
    std::uint32_t due = count_due();
    auto goroutines = static_cast<std::uint32_t>(ready_.size()) + (running != nullptr);
    std::uint32_t options = goroutines + due;
    if (options == 0) {
      if ((main_done_ && live_ == 0) || !advance())
        return nullptr;
      continue;
    }
    std::uint32_t chosen = 0;
    if (options > 1) {
      ids_.clear();
      if (running)
        ids_.push_back(id_of(*running));
      for (task* t : ready_)
        ids_.push_back(id_of(*t));
      chosen = decide(options, running != nullptr,
                      chooser_->next({ids_.data(), goroutines, due, running != nullptr}));
    }
    if (chosen >= goroutines) {
      fire(chosen - goroutines);
      if (++steps_ > max_steps_)
        return nullptr;
      continue;
    }
    if (running && chosen == 0)
      return running;
    auto at = ready_.begin() + static_cast<std::ptrdiff_t>(chosen - (running != nullptr));
    task* t = *at;
    ready_.erase(at);
    return t;
  }
}

// Leaves the running goroutine, which is in ready_, for `t`.
void world::switch_to(task* t) noexcept {
  chosen_ = t;
  worker_.park_current(nothing, nullptr);
}

void world::stop(test::outcome o) noexcept {
  if (!stopped_)
    result_.outcome = o;
  stopped_ = true;
}

void world::decision(const void*) noexcept {
  fiber* me = worker_.current;
  if (++steps_ > max_steps_) {
    stop(test::outcome::limit);
    ready_.push_back(me);
    switch_to(nullptr); // never to return
  }
  task* t = next(me);
  if (t == me)
    return;
  me->state.store(fiber_state::ready, std::memory_order_relaxed);
  ready_.push_back(me);
  switch_to(t);
}

void world::yield() noexcept {
  fiber* me = worker_.current;
  chooser_->yielded(me->id);
  if (++steps_ > max_steps_) {
    stop(test::outcome::limit);
    ready_.push_back(me);
    switch_to(nullptr);
  }
  // The others come first: the dull choice is the oldest of them.
  ready_.push_back(me);
  task* t = next(nullptr);
  if (t != me)
    switch_to(t);
}

void world::loop() {
  while (!stopped_) {
    task* t = chosen_;
    chosen_ = nullptr;
    if (!t)
      t = next(nullptr);
    if (!t) {
      if (steps_ > max_steps_)
        stop(test::outcome::limit);
      else if (!main_done_)
        stop(test::outcome::deadlock);
      else if (live_ != 0)
        stop(test::outcome::leak);
      return;
    }
    idle_ticks_ = 0;
    worker_.execute(*t);
  }
}

void world::died(fiber& f) noexcept {
  --live_;
  auto at = std::find(alive_.begin(), alive_.end(), &f);
  *at = alive_.back();
  alive_.pop_back();
}

void world::panic(fiber& f, std::exception_ptr error) noexcept {
  stop(test::outcome::panic);
  try {
    panicked_ = name_of(f) + " threw " + what_of(error);
  } catch (...) { // no memory for the message; the outcome says enough
  }
}

void world::abandon() noexcept {
  timer_heap& heap = worker_.timers;
  while (timer_node* n = heap.earliest()) {
    heap.remove(*n);
    if (!n->waits)
      release(static_cast<timer_core*>(n));
  }
  for (fiber* f : alive_)
    f->home = nowhere;
  for (task* t : ready_)
    if (t->run)
      bury(*t);
  alive_.clear();
  ready_.clear();
  chosen_ = nullptr;
}

std::string world::describe() const {
  std::string text;
  switch (result_.outcome) {
  case test::outcome::ok:
    break;
  case test::outcome::deadlock:
    text = "deadlock: main can never finish";
    break;
  case test::outcome::leak:
    text = "leak: main has finished, but these goroutines never can";
    break;
  case test::outcome::panic:
    text = "panic: " + panicked_;
    break;
  case test::outcome::limit:
    text = "limit: no end after the allowed number of steps";
    break;
  }
  std::vector<fiber*> in_order = alive_;
  std::sort(in_order.begin(), in_order.end(), [](auto* a, auto* b) { return a->id < b->id; });
  holders known;
  for (fiber* f : in_order)
    if (f->state.load(std::memory_order_relaxed) == fiber_state::parked)
      known.add(*f);
  known.search();
  for (const fiber* f : in_order) {
    text += "\n  " + describe_fiber(*f);
    if (f->state.load(std::memory_order_relaxed) == fiber_state::parked)
      for (const std::string& line : known.lines(f->note, f))
        text += "\n      " + line;
  }
  for (const task* t : ready_)
    if (t->run)
      text += "\n  " + describe_closure(static_cast<const closure&>(*t));
  return text;
}

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
