// As many parked goroutines as there is memory for, up to a million, on a system with its default
// limit of mappings: what each costs, that all wake, and that their memory goes back.

#include "fiber/sanitizer.h"
#include "stress.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

namespace {

// A field of a file in /proc, in its own unit (kB); 0 if there is none.
std::size_t field(const char* file, const std::string& name) {
  std::ifstream in(file);
  std::string key;
  std::size_t value = 0;
  while (in >> key) {
    if (key == name && in >> value)
      return value;
    in.ignore(1000, '\n');
  }
  return 0;
}

std::size_t mappings() {
  std::ifstream in("/proc/self/maps");
  std::size_t n = 0;
  for (std::string line; std::getline(in, line);)
    ++n;
  return n;
}

TEST(stress, a_million_parked) {
  const bool sanitized = runnel::detail::with_asan || runnel::detail::with_tsan;
  const bool timed = std::getenv("RUNNEL_STRESS_SECONDS") != nullptr;
  std::size_t count = sanitized ? 2'000 : timed ? 1'000'000 : 30'000;
  // Half of what is free, at 4.3 KB each.
  if (const auto free = field("/proc/meminfo", "MemAvailable:"); free * 1024 / 2 / 4300 < count)
    count = free * 1024 / 2 / 4300;
  std::printf("a million parked: %zu of them\n", count);
  const auto before = field("/proc/self/status", "VmRSS:");
  runnel::channel<void> gate;
  runnel::wait_group parked, ended;
  std::atomic<std::size_t> woken = 0;
  parked.add(static_cast<std::int64_t>(count));
  for (std::size_t i = 0; i < count; ++i)
    ended.go([&] {
      parked.done();
      gate.recv();
      woken.fetch_add(1, std::memory_order_relaxed);
    });
  parked.wait();
  const auto during = field("/proc/self/status", "VmRSS:");
  const auto stats = runnel::snapshot();
  EXPECT_GE(stats.stacks, count / 2); // some may just be on their way to the gate
  if (!sanitized) {
    // The page, and with few goroutines a share of what every process needs.
    EXPECT_LE((during - before) * 1024 / count, count >= 500'000 ? 4'300U : 4'500U) << "bytes each";
    if (stats.unguarded_stacks == 0) // a kernel with light guards
      EXPECT_LT(mappings(), 5'000U);
  }
  gate.close();
  ended.wait();
  EXPECT_EQ(woken, count);
  const auto trimmed = runnel::release_memory();
  const auto after = field("/proc/self/status", "VmRSS:");
  std::printf("a million parked: %zu kB before, %zu during, %zu after; %zu stacks trimmed\n",
              before, during, after, trimmed);
  if (!sanitized)
    EXPECT_LT(after, before + (during - before) / 4);
}

} // namespace
