// n threads parked on one channel, then released by its close; an operation is one thread's life.
#include "channel.h"

static const bench::workload registered{
    "parked", [](const bench::args& a) {
      bench::channel<int> gate(0);
      std::atomic<std::uint64_t> arrived{0};
      std::vector<std::thread> threads;
      threads.reserve(a.n);
      const double before = bench::resident_bytes();
      bench::stopwatch watch;
      for (std::uint64_t i = 0; i < a.n; ++i)
        threads.emplace_back([&] {
          arrived.fetch_add(1, std::memory_order_relaxed);
          (void)gate.recv();
        });
      while (arrived.load(std::memory_order_relaxed) < a.n)
        std::this_thread::yield();
      const auto made = watch.per(a.n);
      const double bytes = (bench::resident_bytes() - before) / static_cast<double>(a.n);
      gate.close();
      for (auto& t : threads)
        t.join();
      return watch.per(a.n).with("make", made.ns).with("bytes", bytes);
    }};
