// Eight fibers that do nothing but yield; an operation is a yield.
#include "fibers.h"

static bench::result measure(const bench::args& a) {
  constexpr std::uint64_t tasks = 8;
  std::vector<boost::fibers::fiber> fibers;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < tasks; ++i)
    fibers.push_back(bench::start([&] {
      for (std::uint64_t j = 0; j < a.n / tasks; ++j)
        boost::this_fiber::yield();
    }));
  for (auto& f : fibers)
    f.join();
  return watch.per(a.n / tasks * tasks);
}
static const bench::workload registered{"yield", measure};
