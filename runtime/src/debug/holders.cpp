// Who may end a wait: a conservative search for what goroutines know.

#include "debug/holders.h"
#include "fiber/sanitizer.h"
#include "fiber/valgrind.h"

#include "chan/select_waits.h"
#include "debug/describe.h"
#include "runnel/detail/chan_core.h"

#include <algorithm>
#include <cstdio>

#if defined(__clang__)
#define RUNNEL_READS_ANY_STACK __attribute__((no_sanitize("address", "thread")))
#else
#define RUNNEL_READS_ANY_STACK __attribute__((no_sanitize_address, no_sanitize_thread))
#endif

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

std::vector<awaited> awaited_by(const wait_note& note) {
  const void* object = note.object.load(std::memory_order_relaxed);
  if (!object)
    return {};
  using enum awaited::kind;
  switch (note.why.load(std::memory_order_relaxed)) {
  case reason::none:
  case reason::nil_chan:
  case reason::select_forever:
  case reason::sleep:
  case reason::count:
    return {};
  case reason::chan_send:
    return {{object, receivers}};
  case reason::chan_recv:
    return {{object, senders}};
  case reason::select: {
    std::vector<awaited> all;
    visit_select(object, &all, [](void* into, const chan_core* core, bool receives) {
      static_cast<std::vector<awaited>*>(into)->push_back({core, receives ? senders : receivers});
    });
    return all;
  }
  case reason::join:
    return {{object, end_of_goroutine}};
  default:
    return {{object, other}};
  }
}

void holders::add(const wait_note& note) {
  for (const awaited& a : awaited_by(note))
    of_.try_emplace(reinterpret_cast<std::uintptr_t>(a.object));
}

void holders::add(fiber& f) {
  parked_.push_back(&f);
  add(f.note);
}

// Every word of a parked goroutine's stack and closure, with its place.
template <class Visit>
RUNNEL_READS_ANY_STACK void holders::for_each_word(const fiber& f, Visit visit) const {
  auto from = reinterpret_cast<const std::uintptr_t*>(f.sp);
  auto to = reinterpret_cast<const std::uintptr_t*>(&f);
  for (; from && from < to; ++from) {
    const std::uintptr_t word = *from;
    valgrind::believe(&word, sizeof word);
    visit(reinterpret_cast<std::uintptr_t>(from), word);
  }
  if (!f.body)
    return;
  auto closure_words = reinterpret_cast<const std::uintptr_t*>(f.body);
  for (std::size_t i = sizeof(closure) / sizeof *closure_words;
       i < f.body->units * 16 / sizeof *closure_words; ++i) {
    const std::uintptr_t word = closure_words[i];
    valgrind::believe(&word, sizeof word);
    visit(reinterpret_cast<std::uintptr_t>(closure_words + i), word);
  }
}

void holders::note_holder(std::uintptr_t object, const fiber& f) {
  auto& known = of_.find(object)->second;
  if (known.empty() || known.back() != &f)
    known.push_back(&f);
}

void holders::search() {
  if (of_.empty())
    return;
  for (const fiber* f : parked_)
    for_each_word(*f, [&](std::uintptr_t place, std::uintptr_t word) {
      if (of_.contains(word)) {
        note_holder(word, *f);
        places_.try_emplace(place, word, f);
      }
    });
  for (const fiber* f : parked_)
    for_each_word(*f, [&](std::uintptr_t, std::uintptr_t word) {
      if (auto at = places_.find(word); at != places_.end() && at->second.second != f)
        note_holder(at->second.first, *f);
    });
  for (auto& [object, known] : of_) {
    std::sort(known.begin(), known.end(),
              [](const fiber* a, const fiber* b) { return a->id < b->id; });
    known.erase(std::unique(known.begin(), known.end()), known.end());
  }
}

namespace {

constexpr std::size_t most_named = 4;

std::string state_of(const fiber& f) {
  return name_of(f) + " [" + text_of(f.note.why.load(std::memory_order_relaxed)) + "]";
}

bool waits_alike(const fiber& f, const awaited& a) {
  auto mine = awaited_by(f.note);
  return std::any_of(mine.begin(), mine.end(),
                     [&](const awaited& b) { return b.object == a.object && b.what == a.what; });
}

std::string heading(const awaited& a) {
  char text[96];
  auto print = [&](const char* format, auto... values) {
    std::snprintf(text, sizeof text, format, values...);
    return std::string(text);
  };
  if (a.what == awaited::kind::other)
    return print("%p", a.object);
  std::uint64_t ends = static_cast<const chan_core*>(a.object)->ends();
  if (a.what == awaited::kind::senders) {
    auto n = static_cast<unsigned>(static_cast<std::uint32_t>(ends));
    return print("%p, %u handle%s can send", a.object, n, n == 1 ? "" : "s");
  }
  auto n = static_cast<unsigned>(ends >> 32);
  return print("%p, %u handle%s can receive", a.object, n, n == 1 ? "" : "s");
}

} // namespace

std::vector<std::string> holders::lines(const wait_note& note, const fiber* self) const {
  std::vector<std::string> all;
  for (const awaited& a : awaited_by(note)) {
    if (a.what == awaited::kind::end_of_goroutine) {
      for (const fiber* f : parked_)
        if (f->body == a.object)
          all.push_back("joins " + state_of(*f));
      continue;
    }
    std::string line = heading(a) + ": known to ";
    auto known = of_.find(reinterpret_cast<std::uintptr_t>(a.object));
    std::size_t named = 0, more = 0;
    if (known != of_.end())
      for (const fiber* f : known->second) {
        if (f == self || waits_alike(*f, a))
          continue;
        if (named == most_named) {
          ++more;
          continue;
        }
        line += (named++ ? ", " : "") + state_of(*f);
      }
    if (more)
      line += " and " + std::to_string(more) + " more";
    all.push_back(line + (named ? "" : "no other parked goroutine"));
  }
  return all;
}

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
