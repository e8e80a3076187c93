// n goroutines parked on one channel, then released by its close; an operation is one goroutine's
// life. `bytes` is what each costs while parked, `make` the time until all are.
#include "harness.h"

#include <runnel/runnel.h>

#include <atomic>

static const bench::workload registered{
    "parked", [](const bench::args& a) {
      const runnel::channel<void> gate;
      std::atomic<std::uint64_t> arrived{0};
      runnel::wait_group left;
      const double before = bench::resident_bytes();
      bench::stopwatch watch;
      left.add(static_cast<std::int64_t>(a.n));
      for (std::uint64_t i = 0; i < a.n; ++i)
        runnel::go([&] {
          arrived.fetch_add(1, std::memory_order_relaxed);
          gate.recv();
          left.done();
        });
      // NOLINTNEXTLINE(runnel-share-counted-join): a wait group would cost a wake-up each
      while (arrived.load(std::memory_order_relaxed) < a.n)
        runnel::yield();
      const auto made = watch.per(a.n);
      const double bytes = (bench::resident_bytes() - before) / static_cast<double>(a.n);
      gate.close();
      left.wait();
      return watch.per(a.n).with("make", made.ns).with("bytes", bytes);
    }};
