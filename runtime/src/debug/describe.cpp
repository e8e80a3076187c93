// Goroutines in words, for reports.

#include "debug/describe.h"
#include "fiber/sanitizer.h"

#include "fiber/stack_pool.h"
#include "runnel/detail/chan_core.h"

#include <cstdlib>
#include <cxxabi.h>
#include <dlfcn.h>
#include <iterator>
#include <memory>
#include <unwind.h>
#include <vector>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

std::atomic<bool> stacks_are_read{false};

void wait_for_readers() noexcept {
  for (unsigned round = 32; stacks_are_read.load(std::memory_order_acquire);)
    spin_hint(round++);
}

const char* text_of(reason why) noexcept {
  static constexpr const char* texts[] = {"running",
                                          "channel send",
                                          "channel receive",
                                          "nil channel",
                                          "select",
                                          "select without a ready case",
                                          "mutex",
                                          "shared_mutex (write)",
                                          "shared_mutex (read)",
                                          "condition_variable",
                                          "once",
                                          "wait_group",
                                          "semaphore",
                                          "latch",
                                          "barrier",
                                          "join",
                                          "sleep",
                                          "i/o"};
  static_assert(std::size(texts) == static_cast<std::size_t>(reason::count));
  return texts[static_cast<std::size_t>(why)];
}

std::string name_of(const fiber& f) {
  std::string text = "goroutine " + std::to_string(f.id);
  if (f.name[0]) {
    text += " \"";
    for (const char* c = f.name; *c; ++c) // its goroutine may be changing it
      text += *c;
    text += '"';
  }
  return text;
}

namespace {

std::string demangled(const char* name) {
  int status = 0;
  std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name, nullptr, nullptr, &status),
                                              std::free);
  return status == 0 ? text.get() : name;
}

std::string hex(const void* p) {
  char text[24];
  std::snprintf(text, sizeof text, "%p", p);
  return text;
}

std::string place(const std::source_location& where) {
  return std::string(where.file_name()) + ":" + std::to_string(where.line());
}

} // namespace

std::string what_of(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return demangled(typeid(e).name()) + ": " + e.what();
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return type ? "a " + demangled(type->name()) : "an unknown exception";
  }
}

std::string describe_fiber(const fiber& f) {
  std::string text = name_of(f) + " [";
  reason why = f.note.why.load(std::memory_order_relaxed);
  switch (f.state.load(std::memory_order_relaxed)) {
  case fiber_state::free:
    return text + "ended]";
  case fiber_state::running:
    text += "running";
    break;
  case fiber_state::ready:
    text += "ready";
    break;
  case fiber_state::parked:
    text += text_of(why);
    break;
  }
  text += "]";
  const void* object = f.note.object.load(std::memory_order_relaxed);
  if (why != reason::none && why != reason::select && object)
    text += " waits on " + hex(object);
  return text + ", started at " + place(f.where);
}

std::string describe_closure(const closure& c) {
  return "goroutine " + std::to_string(static_cast<std::uint64_t>(c.id)) + " [not started], from " +
         place(c.where);
}

namespace {

struct collected {
  std::vector<void*> addresses;
};

_Unwind_Reason_Code collect(_Unwind_Context* context, void* into) {
  auto& list = *static_cast<collected*>(into);
  auto pc = reinterpret_cast<void*>(_Unwind_GetIP(context));
  if (!pc || list.addresses.size() >= 64)
    return _URC_END_OF_STACK;
  list.addresses.push_back(pc);
  return _URC_NO_REASON;
}

void visit_stack(void* into) { _Unwind_Backtrace(collect, into); }

} // namespace

std::string describe_stack(const fiber& f, const char* indent) {
  if (!f.sp)
    return {};
  collected list;
  list.addresses.reserve(64); // not on the parked stack, which may have little room left
  runnel_probe(f.sp, visit_stack, &list);
  std::string text;
  for (std::size_t i = 0; i < list.addresses.size(); ++i) {
    // The call, not the instruction after it.
    auto* pc = static_cast<char*>(list.addresses[i]) - 1;
    Dl_info info;
    std::string line;
    if (dladdr(pc, &info) && info.dli_sname)
      line = demangled(info.dli_sname) + " + " +
             std::to_string(pc - static_cast<char*>(info.dli_saddr));
    else if (info.dli_fname)
      line = std::string(info.dli_fname) + " + " +
             hex(reinterpret_cast<void*>(pc - static_cast<char*>(info.dli_fbase)));
    else
      line = hex(pc);
    // Our own frames at both ends say nothing to the reader.
    if (line.find("visit_stack") != std::string::npos ||
        line.find("runnel_probe") != std::string::npos ||
        line.find("_Unwind_Backtrace") != std::string::npos)
      continue;
    text += indent + line + "\n";
  }
  return text;
}

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
