// A worker's own work: running goroutines, its queues, the search for more.

#include "sched/worker.h"
#include "fiber/sanitizer.h"

#include "sched/cycles.h"
#include "time/timers.h"

#include <cerrno>
#include <mutex>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

worker::worker(std::uint32_t n) : number(n) {
  thread.runs = this;
  thread.rng.reseed(n * 0x10001 + 7);
}

worker::~worker() = default;

void worker::run_loop() noexcept {
  for (;;)
    execute(*find_work());
}

void worker::make_ready(task& t) noexcept {
  if (!t.run) {
    auto& f = static_cast<fiber&>(t);
    f.state.store(fiber_state::ready, std::memory_order_relaxed);
    // It runs soon, and with many goroutines its stack is in no cache: fetched while the waker
    // parks. The half KiB holds the saved context and the frames between it and the channel
    // operation: 80 ns instead of 235 for a hop round a ring of 10,000.
    if constexpr (!with_tsan)
      if (const auto* frames = static_cast<const std::byte*>(f.sp))
        for (int line = 0; line < 8; ++line)
          __builtin_prefetch(frames + 64 * line, 1);
  }
  if (task* displaced = next.put(&t)) [[unlikely]] {
    if (displaced->run)
      push_fresh(static_cast<closure&>(*displaced));
    else
      enqueue(*displaced);
    return;
  }
  offer_next();
}

// What is in the slot will run here as soon as the goroutine that runs now parks, mostly at once.
// Another worker takes it if that pays: `lifo_backoff` falls to zero when a thief found such a task
// resting, and doubles each time one was woken for nothing, as by two goroutines that answer each
// other.
void worker::offer_next() noexcept {
  if (the_scheduler.has_vacancy()) [[unlikely]] {
    if (lifo_skip == 0) {
      lifo_skip = the_scheduler.lifo_backoff.load(std::memory_order_relaxed);
      the_scheduler.offer();
    } else {
      --lifo_skip;
    }
  }
}

void worker::enqueue(task& t) noexcept {
  if (!ring.push(&t)) [[unlikely]] {
    task* first = nullptr;
    task* last = nullptr;
    std::uint32_t n = 0;
    auto chain = [&](task* moved) {
      (last ? last->link : first) = moved;
      last = moved;
      ++n;
    };
    ring.drain_half(chain);
    chain(&t);
    the_scheduler.global.push_chain(*first, *last, n);
  }
  the_scheduler.offer();
}

void worker::start(closure& c) noexcept {
  c.id = new_id();
  started.store(started.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  // If nothing that was woken waits it runs as soon as its starter parks, for instance to join it.
  if (!next.peek() && ring.size_hint() == 0) {
    next.put(&c);
    offer_next();
  } else {
    push_fresh(c);
  }
}

void worker::push_fresh(closure& c) noexcept {
  if (!fresh.push(&c)) [[unlikely]]
    the_scheduler.global.push(c);
  the_scheduler.offer();
}

void worker::give_up_queues() noexcept {
  auto to_global = [](task* t) { the_scheduler.global.push(*t); };
  if (task* t = next.take())
    to_global(t);
  while (task* t = ring.pop())
    to_global(t);
  while (task* t = fresh.steal())
    to_global(t);
}

task* worker::next_fair(timers_may now) noexcept {
  if (stuck.load(std::memory_order_relaxed)) [[unlikely]]
    the_scheduler.unstick(*this);
  if (the_scheduler.crowded()) [[unlikely]] {
    give_up_queues();
    return nullptr; // and the queues are empty, so the worker's own context rests
  }
  if (now == timers_may::fire)
    fire_in_passing();
  // In turn, so that none of them waits for the others.
  switch (tick.load(std::memory_order_relaxed) / 61 % 3) {
  case 0:
    if (task* t = the_scheduler.global.pop(1))
      return t;
    [[fallthrough]];
  case 1:
    if (task* t = fresh.steal())
      return t;
    [[fallthrough]];
  default:
    if (task* t = ring.pop())
      return t;
    return the_scheduler.global.pop(1);
  }
}

void worker::fire_in_passing() noexcept {
  if (the_scheduler.timers_late.load(std::memory_order_relaxed)) [[unlikely]] {
    // They are in the heaps of workers that sleep, and nobody else looks while all are busy.
    the_scheduler.timers_late.store(false, std::memory_order_relaxed);
    const std::int64_t now = now_ns();
    the_scheduler.for_each_worker([&](worker& w) { fire_due_timers(w.timers, now, this); });
  } else if (timers.next_due() != timer_heap::never) {
    fire_due_timers(timers, now_ns(), this);
  }
}

// True: something is due that may not be fired here.
bool worker::look_at_timers(timers_may how) noexcept {
  std::uint64_t c = cycles();
  if (c - last_look < cycles_between_looks())
    return false;
  std::int64_t now = now_ns();
  if (timers.next_due() > now) {
    last_look = c;
    return false;
  }
  if (how == timers_may::wait)
    return true; // and the next look comes at once
  last_look = c;
  fire_due_timers(timers, now, this);
  return false;
}

task* worker::steal() noexcept {
  std::uint32_t n = the_scheduler.worker_count();
  std::uint32_t start = thread.rng.below(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    worker* victim = the_scheduler.worker_at((start + i) % n);
    if (!victim || victim == this)
      continue;
    if (task* t = victim->ring.steal_into(ring))
      return t;
    if (task* t = victim->fresh.steal())
      return t;
  }
  return nullptr;
}

task* worker::find_work() noexcept {
  auto found = [this](task* t) {
    if (searching) {
      searching = false;
      if (the_scheduler.end_search())
        the_scheduler.offer();
    }
    return t;
  };
  for (;;) {
    if (stuck.load(std::memory_order_relaxed)) [[unlikely]]
      the_scheduler.unstick(*this);
    if (the_scheduler.crowded()) [[unlikely]] {
      give_up_queues();
    } else {
      if (task* t = next_local(timers_may::fire))
        return found(t);
      if (task* t = the_scheduler.global.pop(32)) {
        while (task* more = t->link) {
          t->link = more->link;
          enqueue(*more);
        }
        return found(t);
      }
      std::int64_t due = the_scheduler.next_due();
      if (due != timer_heap::never) {
        std::int64_t now = now_ns();
        if (due <= now) {
          the_scheduler.for_each_worker([&](worker& w) { fire_due_timers(w.timers, now, this); });
          continue;
        }
      }
      if (searching || the_scheduler.start_search()) {
        searching = true;
        if (task* t = search())
          return found(t);
      }
    }
    if (searching) { // before the last look, which rest() takes
      searching = false;
      the_scheduler.end_search();
    }
    the_scheduler.rest(*this);
  }
}

// Some microseconds of looking around. A task that lies in another worker's slot all that time is
// taken too: its worker is busy with something long.
task* worker::search() noexcept {
  worker* resting = nullptr;
  task* resting_task = nullptr;
  std::uint64_t resting_tick = 0;
  const unsigned rounds = the_scheduler.workers_wanted() > 1 ? 12 : 1;
  for (unsigned round = 0; round < rounds; ++round) {
    if (task* t = steal())
      return t;
    if (the_scheduler.global.size() != 0)
      return the_scheduler.global.pop(1);
    if (round == 0 || round + 1 == rounds)
      the_scheduler.for_each_worker([&](worker& w) {
        if (&w == this)
          return;
        task* t = w.next.peek();
        if (round == 0 && t && !resting) {
          resting = &w;
          resting_task = t;
          resting_tick = w.tick.load(std::memory_order_relaxed);
        }
      });
    for (int i = 0; i < 12 && round + 1 < rounds; ++i)
      spin_hint(0);
  }
  if (resting && resting->tick.load(std::memory_order_relaxed) == resting_tick &&
      resting->next.peek() == resting_task) {
    if (task* t = resting->next.steal()) {
      the_scheduler.lifo_backoff.store(0, std::memory_order_relaxed);
      steals.store(steals.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      return t;
    }
  } else if (resting) {
    std::uint32_t b = the_scheduler.lifo_backoff.load(std::memory_order_relaxed);
    the_scheduler.lifo_backoff.store(b < 2048 ? b * 2 + 1 : 4095, std::memory_order_relaxed);
  }
  return nullptr;
}

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
