// Model threads, mutexes and the other things that wait; and what a test body says.
#pragma once

#include "atomic.h"

#include <functional>
#include <utility>

namespace runnel::model {

inline void require(bool ok, const char* what, source at = source::current()) {
  if (!ok)
    engine::active()->fail(std::string("assertion failed: ") + what, at);
}

/// A decision of the test's own: explored for each of 0 … n-1.
inline unsigned choose(unsigned n) { return engine::active()->choose(n); }
/// Adds a row to result::outcomes.
template <class... T> void observe(T... values) {
  engine::active()->observe({static_cast<std::int64_t>(values)...});
}
/// Says that some execution got here: result::covered.
inline void cover(const char* what) { engine::active()->cover(what); }

class thread {
public:
  explicit thread(std::function<void()> body, source at = source::current())
      : id_(engine::active()->spawn(std::move(body), at)) {}
  void join(source at = source::current()) {
    engine::active()->join(id_, at);
    joined_ = true;
  }
  ~thread() {
    if (!joined_ && engine::active())
      join();
  }
  thread(const thread&) = delete;
  thread& operator=(const thread&) = delete;

private:
  unsigned id_;
  bool joined_ = false;
};

class mutex {
public:
  void lock(source at = source::current()) { engine::active()->lock(cell_, at); }
  bool try_lock(source at = source::current()) { return engine::active()->try_lock(cell_, at); }
  void unlock(source at = source::current()) { engine::active()->unlock(cell_, at); }

private:
  mutex_cell cell_;
};

/// A turn of a loop that cannot go on before somebody else has stored something it reads.
inline void yield(source at = source::current()) {
  if (engine* e = engine::active())
    e->yield(at);
}

/// What a thread waits for: each park() is ended by one unpark(), which may come first. Stands for
/// the scheduler where a test is not about it.
class gate {
public:
  gate() { cell_.held_at_first = true; }
  void park(source at = source::current()) { engine::active()->lock(cell_, at); }
  void unpark(source at = source::current()) { engine::active()->unlock(cell_, at); }

private:
  mutex_cell cell_;
};

/// Explores every execution of body.
inline result explore(const std::function<void()>& body, options o = {}) {
  return engine(o, nullptr, nullptr).explore(body);
}

} // namespace runnel::model

/// Asserts inside model code; a failure ends the exploration with its trace.
#define RUNNEL_MODEL_REQUIRE(condition) ::runnel::model::require((condition), #condition)
