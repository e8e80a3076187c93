// What every C++ benchmark program here is made of: a registry of workloads, a stopwatch, resident
// memory, and the one line of output that run.py reads.
//
//   #include "harness.h"
//   static bench::result pingpong(const bench::args& a) {
//     bench::stopwatch watch;
//     ...a.n operations with a.workers workers...
//     return watch.per(a.n);
//   }
//   static const bench::workload registered{"pingpong", pingpong};
//
// A program runs one workload a process (`program NAME WORKERS N`) so that no row inherits
// another's heap, stacks or warm caches, and prints
//   NAME NS_PER_OP cpu=CPU_NS_PER_OP key=value...
// The rivals in other languages print the same line.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace bench {

struct args {
  unsigned workers;
  std::uint64_t n; // operations; a workload may round it to a multiple of its parts
};

struct result {
  double ns = 0;     // wall-clock nanoseconds an operation
  double cpu_ns = 0; // user and system time of the whole process, nanoseconds an operation
  std::vector<std::pair<std::string, double>> extra;

  result& with(std::string key, double value) {
    extra.emplace_back(std::move(key), value);
    return *this;
  }
};

// Wall and CPU time since construction. CPU time is printed beside wall time because on a shared
// machine it is what repeats, and because a runtime that spins on a second CPU should be seen to.
class stopwatch {
public:
  stopwatch() : wall_(std::chrono::steady_clock::now()), cpu_(cpu_now()) {}

  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count();
  }
  result per(std::uint64_t operations) const {
    const auto ops = static_cast<double>(operations);
    return {seconds() * 1e9 / ops, (cpu_now() - cpu_) * 1e9 / ops, {}};
  }

private:
  static double cpu_now() {
    rusage use{};
    getrusage(RUSAGE_SELF, &use);
    const auto of = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return of(use.ru_utime) + of(use.ru_stime);
  }
  std::chrono::steady_clock::time_point wall_;
  double cpu_;
};

// Resident bytes now, page tables not included.
inline double resident_bytes() {
  long pages = 0;
  if (std::FILE* statm = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(statm, "%*s %ld", &pages) != 1)
      pages = 0;
    std::fclose(statm);
  }
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// Every workload checks what it computed: a fast wrong answer must not become a row.
inline void check(bool ok, const char* what) {
  if (ok)
    return;
  std::fprintf(stderr, "wrong result: %s\n", what);
  std::exit(3);
}

// The same small generator in every language, for workloads that need spread-out numbers.
struct lcg {
  std::uint64_t state = 88172645463325252u;
  std::uint64_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
  }
};

// sleep_until's lateness at the given quantile, microseconds; reorders `lateness_ns`.
inline double quantile_us(std::vector<std::int64_t>& lateness_ns, double q) {
  if (lateness_ns.empty())
    return 0;
  const auto at = lateness_ns.begin() +
                  static_cast<std::ptrdiff_t>(q * static_cast<double>(lateness_ns.size() - 1));
  std::nth_element(lateness_ns.begin(), at, lateness_ns.end());
  return static_cast<double>(*at) / 1e3;
}

using body = std::function<result(const args&)>;

inline std::map<std::string, body>& workloads() {
  static std::map<std::string, body> all;
  return all;
}

struct workload {
  workload(const char* name, body run) { workloads().emplace(name, std::move(run)); }
};

// `inside` runs the body where the runtime under test wants its main task to be.
inline int run_program(int argc, char** argv,
                       const std::function<result(const body&, const args&)>& inside) {
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
    for (const auto& [name, unused] : workloads())
      std::printf("%s\n", name.c_str());
    return 0;
  }
  const auto found = argc == 4 ? workloads().find(argv[1]) : workloads().end();
  if (found == workloads().end()) {
    std::fprintf(stderr, "usage: %s --list | NAME WORKERS N\n", argv[0]);
    return 64;
  }
  const args a{static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)),
               std::strtoull(argv[3], nullptr, 10)};
  const result r = inside(found->second, a);
  std::printf("%s %.3f cpu=%.3f", argv[1], r.ns, r.cpu_ns);
  for (const auto& [key, value] : r.extra)
    std::printf(" %s=%.3f", key.c_str(), value);
  std::printf("\n");
  return 0;
}

} // namespace bench
