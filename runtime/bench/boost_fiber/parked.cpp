// n fibers parked on one channel, then released by its close; an operation is one fiber's life.
#include "fibers.h"

static const bench::workload registered{
    "parked", [](const bench::args& a) {
      bench::unbuffered<int> gate;
      std::atomic<std::uint64_t> arrived{0};
      bench::countdown left(static_cast<std::int64_t>(a.n));
      const double before = bench::resident_bytes();
      bench::stopwatch watch;
      for (std::uint64_t i = 0; i < a.n; ++i)
        bench::start([&] {
          arrived.fetch_add(1, std::memory_order_relaxed);
          int v;
          (void)gate.pop(v);
          left.done();
        }).detach();
      while (arrived.load(std::memory_order_relaxed) < a.n)
        boost::this_fiber::yield();
      const auto made = watch.per(a.n);
      const double bytes = (bench::resident_bytes() - before) / static_cast<double>(a.n);
      gate.close();
      left.wait();
      return watch.per(a.n).with("make", made.ns).with("bytes", bytes);
    }};
