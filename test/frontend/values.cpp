// What an access writes, or adds, if that is constant.
// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
#include <atomic>

struct Counters {
  bool flag;
  int count, step;
  std::atomic<int> shared;
  void change(int by) {
    flag = true;
    // CHECK: access this.flag value 1 write
    ++count;
    // CHECK: access this.count value 1 read write
    step = by;
    // CHECK: access this.step write
    count -= 2;
    // CHECK: access this.count value -2 read write
    shared--;
    // CHECK: access this.shared value -1 read write atomic-access
    step += by;
    // CHECK: access this.step read write
    shared.fetch_add(3);
    // CHECK: access this.shared value 3 read write atomic-access
    flag = false;
    // CHECK: access this.flag value 0 write
    shared = 7;
    // CHECK: access this.shared value 7 write atomic-access
  }
};
void use(Counters &c) { c.change(1); }
