// The number of CPUs: quotas of cgroups, old and new, and that the scheduler follows them.

#include "sched/cpus.h"
#include "sched/scheduler.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace fs = std::filesystem;
using runnel::detail::cpu_limits;

namespace {

// A root folder of files as the kernel shows them.
class fake_root {
public:
  fake_root() : at_(fs::temp_directory_path() / ("runnel-cpus-" + std::to_string(getpid()))) {
    fs::remove_all(at_);
    fs::create_directories(at_);
  }
  ~fake_root() { fs::remove_all(at_); }
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((at_ / path).parent_path());
    std::ofstream(at_ / path) << text << "\n";
  }
  std::string path() const { return at_.string(); }

private:
  fs::path at_;
};

TEST(cpu_limits, the_smallest_of_all_ancestors_counts_and_is_read_again) {
  fake_root root;
  root.write("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw");
  root.write("proc/self/cgroup", "0::/outer/inner");
  root.write("sys/fs/cgroup/outer/cpu.max", "150000 100000");
  root.write("sys/fs/cgroup/outer/inner/cpu.max", "max 100000");
  const cpu_limits limits(root.path());
  EXPECT_DOUBLE_EQ(limits.quota(), 1.5);
  root.write("sys/fs/cgroup/outer/inner/cpu.max", "50000 100000");
  EXPECT_DOUBLE_EQ(limits.quota(), 0.5);
  root.write("sys/fs/cgroup/outer/inner/cpu.max", "max 100000");
  root.write("sys/fs/cgroup/outer/cpu.max", "max 100000");
  EXPECT_DOUBLE_EQ(limits.quota(), 0);
}

TEST(cpu_limits, the_first_version) {
  fake_root root;
  root.write("proc/self/mountinfo",
             "30 23 0:26 /docker/7 /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct");
  root.write("proc/self/cgroup", "4:cpu,cpuacct:/docker/7/task\n0::/");
  root.write("sys/fs/cgroup/cpu/task/cpu.cfs_quota_us", "300000");
  root.write("sys/fs/cgroup/cpu/task/cpu.cfs_period_us", "100000");
  root.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1");
  root.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  EXPECT_DOUBLE_EQ(cpu_limits(root.path()).quota(), 3);
}

TEST(cpu_limits, without_any) {
  fake_root root;
  EXPECT_DOUBLE_EQ(cpu_limits(root.path()).quota(), 0);
  EXPECT_GE(runnel::detail::usable_cpus(), 1U);
}

TEST(scheduler, follows_the_quota_unless_told_otherwise) {
  unsetenv("RUNNEL_PROCS");
  auto& s = runnel::detail::the_scheduler;
  s.ensure_started();
  s.follow_cpus(3);
  EXPECT_EQ(s.workers_wanted(), 3U);
  s.follow_cpus(1);
  EXPECT_EQ(s.workers_wanted(), 1U);
  s.set_workers(2);
  s.follow_cpus(5);
  EXPECT_EQ(s.workers_wanted(), 2U);
}

} // namespace
