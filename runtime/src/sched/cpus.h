// How many CPUs this process may use.
#pragma once

#include <string>
#include <vector>

namespace runnel::detail {

/// Which files limit the CPUs of this process: found once, read again and again. A quota may be
/// changed while the process runs; that it is moved to another cgroup is not noticed.
class cpu_limits {
public:
  /// `root` stands before every path that is read; for tests.
  explicit cpu_limits(std::string root = {});
  /// The smallest quota of the process's cgroups (v1 and v2, all ancestors) in CPUs; 0: none.
  double quota() const;

private:
  struct group {
    bool v2;
    std::string folder;
  };
  std::vector<group> groups_;
};

/// The CPUs of the affinity mask, cut to the quota, rounded up, at least one. Reads files: not for
/// hot paths. One thread at a time.
unsigned usable_cpus() noexcept;

} // namespace runnel::detail
