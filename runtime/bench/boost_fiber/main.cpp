// The Boost.Fiber side of the comparison: one worker is the default round-robin scheduler on the
// main thread; more are threads under work_stealing, as in the library's own examples.
#include "fibers.h"

#include <mutex>
#include <thread>

int main(int argc, char** argv) {
  return bench::run_program(argc, argv, [](const bench::body& body, const bench::args& a) {
    if (a.workers == 1)
      return body(a);
    using stealing = boost::fibers::algo::work_stealing;
    boost::fibers::mutex m;
    boost::fibers::condition_variable changed;
    bool done = false;
    std::vector<std::thread> helpers;
    for (unsigned i = 1; i < a.workers; ++i)
      helpers.emplace_back([&] {
        boost::fibers::use_scheduling_algorithm<stealing>(a.workers);
        std::unique_lock<boost::fibers::mutex> hold(m);
        changed.wait(hold, [&] { return done; });
      });
    // Returns once all the threads have registered, so the helpers must exist by now.
    boost::fibers::use_scheduling_algorithm<stealing>(a.workers);
    const bench::result r = body(a);
    {
      std::unique_lock<boost::fibers::mutex> hold(m);
      done = true;
    }
    changed.notify_all();
    for (auto& t : helpers)
      t.join();
    return r;
  });
}
