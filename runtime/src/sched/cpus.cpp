// How many CPUs this process may use: affinity and cgroup quotas.

#include "sched/cpus.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sched.h>
#include <string>
#include <string_view>
#include <vector>

namespace runnel::detail {

namespace {

unsigned affinity() noexcept {
  // The mask may be wider than cpu_set_t on large machines.
  for (int cpus = 1024; cpus <= 1 << 18; cpus *= 4) {
    cpu_set_t* set = CPU_ALLOC(cpus);
    if (!set)
      break;
    std::size_t size = CPU_ALLOC_SIZE(cpus);
    CPU_ZERO_S(size, set);
    int n = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (n > 0)
      return static_cast<unsigned>(n);
  }
  return 1;
}

std::string first_line(const std::string& path) {
  std::string line;
  if (std::FILE* f = std::fopen(path.c_str(), "re")) {
    char buffer[256];
    if (std::fgets(buffer, sizeof buffer, f))
      line.assign(buffer, std::strcspn(buffer, "\n"));
    std::fclose(f);
  }
  return line;
}

// Appended piece by piece: gcc 12 at -O3 sees an overlap in `"," + string` that is not there
// (https://gcc.gnu.org/PR105651).
std::string between_commas(std::string_view text) {
  std::string padded(1, ',');
  padded.append(text);
  padded.push_back(',');
  return padded;
}

struct mount {
  bool v2;
  std::string root, point;
};

// Where the hierarchy that limits CPUs is mounted; from /proc/self/mountinfo.
std::vector<mount> cpu_mounts(const std::string& at) {
  std::vector<mount> found;
  std::FILE* f = std::fopen((at + "/proc/self/mountinfo").c_str(), "re");
  if (!f)
    return found;
  char line[4096];
  while (std::fgets(line, sizeof line, f)) {
    char root[2048], point[2048], type[64], options[512];
    const char* tail = std::strstr(line, " - ");
    if (!tail || std::sscanf(line, "%*s %*s %*s %2047s %2047s", root, point) != 2 ||
        std::sscanf(tail, " - %63s %*s %511s", type, options) != 2)
      continue;
    const std::string padded = between_commas(options);
    if (std::strcmp(type, "cgroup2") == 0)
      found.push_back({true, root, point});
    else if (std::strcmp(type, "cgroup") == 0 && padded.find(",cpu,") != std::string::npos)
      found.push_back({false, root, point});
  }
  std::fclose(f);
  return found;
}

// The process's path in a hierarchy; from /proc/self/cgroup.
std::string own_path(const std::string& at, bool v2) {
  std::string path;
  std::FILE* f = std::fopen((at + "/proc/self/cgroup").c_str(), "re");
  if (!f)
    return path;
  char line[4096];
  while (std::fgets(line, sizeof line, f)) {
    line[std::strcspn(line, "\n")] = 0;
    char* controllers = std::strchr(line, ':');
    char* end = controllers ? std::strchr(controllers + 1, ':') : nullptr;
    if (!end)
      continue;
    const std::string names = between_commas({controllers + 1, end});
    if (v2 ? names == ",," : names.find(",cpu,") != std::string::npos)
      path = end + 1;
  }
  std::fclose(f);
  return path;
}

double quota_of(bool v2, const std::string& folder) {
  if (v2) {
    std::string line = first_line(folder + "/cpu.max");
    double quota, period;
    return std::sscanf(line.c_str(), "%lf %lf", &quota, &period) == 2 && period > 0 ? quota / period
                                                                                    : 0;
  }
  double quota = std::atof(first_line(folder + "/cpu.cfs_quota_us").c_str());
  double period = std::atof(first_line(folder + "/cpu.cfs_period_us").c_str());
  return quota > 0 && period > 0 ? quota / period : 0;
}

} // namespace

cpu_limits::cpu_limits(std::string root) {
  for (const mount& m : cpu_mounts(root)) {
    std::string path = own_path(root, m.v2);
    // In a container the mount may show only the part of the tree below its root.
    if (m.root != "/" && path.rfind(m.root, 0) == 0)
      path.erase(0, m.root.size());
    for (;;) {
      groups_.push_back({m.v2, root + m.point + path});
      std::size_t slash = path.rfind('/');
      if (path.empty() || slash == std::string::npos)
        break;
      path.erase(slash);
    }
  }
}

double cpu_limits::quota() const {
  double least = 0;
  for (const group& g : groups_) {
    double q = quota_of(g.v2, g.folder);
    if (q > 0 && (least == 0 || q < least))
      least = q;
  }
  return least;
}

unsigned usable_cpus() noexcept {
  unsigned n = affinity();
  try {
    static const auto& limits = *new cpu_limits; // never destroyed: the monitor outlives main
    double quota = limits.quota();
    if (quota > 0)
      n = std::min(n, static_cast<unsigned>(std::max(1.0, std::ceil(quota))));
  } catch (...) { // no memory to read the files: the affinity mask will do
  }
  return std::max(1U, n);
}

} // namespace runnel::detail
