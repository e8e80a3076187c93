// Makes an execution readable.
#include "engine.h"

#include <cstdio>
#include <string_view>

namespace runnel::model {

namespace {
const char* name(std::memory_order o) {
  switch (o) {
  case std::memory_order_relaxed:
    return "relaxed";
  case std::memory_order_consume:
    return "consume";
  case std::memory_order_acquire:
    return "acquire";
  case std::memory_order_release:
    return "release";
  case std::memory_order_acq_rel:
    return "acq_rel";
  case std::memory_order_seq_cst:
    return "seq_cst";
  }
  return "?";
}

std::string text(const word& w) {
  char buffer[48];
  if (w.hi)
    std::snprintf(buffer, sizeof buffer, "0x%llx:%llx", static_cast<unsigned long long>(w.hi),
                  static_cast<unsigned long long>(w.lo));
  else if (w.lo < 1000000)
    std::snprintf(buffer, sizeof buffer, "%llu", static_cast<unsigned long long>(w.lo));
  else
    std::snprintf(buffer, sizeof buffer, "0x%llx", static_cast<unsigned long long>(w.lo));
  return buffer;
}

std::string place(const std::source_location& at) {
  std::string_view file = at.file_name();
  if (const auto slash = file.rfind('/'); slash != file.npos)
    file.remove_prefix(slash + 1);
  return std::string(file) + ":" + std::to_string(at.line());
}
} // namespace

engine::event& engine::note(const char* what, char kind_of, std::uint32_t where,
                            std::memory_order order, std::source_location at) {
  events_.push_back({static_cast<std::uint8_t>(running_),
                     what,
                     kind_of,
                     where,
                     {},
                     {},
                     false,
                     false,
                     order,
                     -1,
                     at});
  return events_.back();
}

std::string engine::deadlock() const {
  std::string out = "deadlock:";
  bool spinning = true;
  for (unsigned t = 0; t < live_; ++t) {
    const thread_state& s = *threads_[t];
    if (s.finished)
      continue;
    const char* how = "waits";
    switch (s.next.what) {
    case kind::lock:
      how = "waits for a mutex";
      break;
    case kind::join:
      how = "waits for a thread to finish";
      break;
    case kind::resume:
      how = "sleeps";
      break;
    case kind::yield:
      how = "spins";
      break;
    default:
      break;
    }
    if (s.next.what != kind::yield && s.next.what != kind::join)
      spinning = false;
    out += " T" + std::to_string(t) + " " + how + " at " + place(s.site) + ";";
  }
  out.pop_back();
  if (spinning)
    out.replace(0, 8, "livelock");
  return out;
}

std::string engine::render_trace() const {
  std::string out;
  if (why_site_.line())
    out += "  at " + place(why_site_) + "\n";
  out += "  after " + std::to_string(result_.executions) + " executions; this one:\n";
  unsigned n = 0;
  for (const event& e : events_) {
    char head[32];
    std::snprintf(head, sizeof head, "  %4u T%u%*s", ++n, e.thread, e.thread * 2u + 1, "");
    out += head;
    out += e.what;
    if (e.kind_of)
      out += std::string(" ") + e.kind_of + std::to_string(e.where);
    if (e.has_before)
      out += " " + text(e.before) + (e.has_after ? " →" : "");
    if (e.has_after)
      out += " " + text(e.after);
    if (e.kind_of == 'a' || e.kind_of == 0)
      out += std::string(" ") + name(e.order);
    if (e.read_from == 0)
      out += " (initial value)";
    if (e.read_from > 0)
      out += " (written by " + std::to_string(e.read_from) + ")";
    out += "   " + place(e.site) + "\n";
  }
  return out;
}

} // namespace runnel::model
