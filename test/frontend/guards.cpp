// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
// Guards of every standard kind, named with and without template arguments.
#include <mutex>
#include <shared_mutex>

std::mutex a, b;
std::shared_mutex rw;

void plain() {
  std::lock_guard<std::mutex> one(a);
  std::lock_guard two{b};
}
void several() { std::scoped_lock both(a, b); }
void none() { std::scoped_lock l; }
void shared() {
  std::shared_lock read(rw);
  std::unique_lock<std::shared_mutex> write(rw, std::defer_lock);
  write.lock();
}
void tags() {
  std::unique_lock d(a, std::defer_lock);
  std::unique_lock t(b, std::try_to_lock);
  a.lock();
  std::lock_guard<std::mutex> adopted(a, std::adopt_lock);
}
void timed(std::timed_mutex &m) {
  using namespace std::chrono_literals;
  std::unique_lock l(m, 5ms);
}
void elided() { auto l = std::unique_lock<std::mutex>(a); }
void unnamed() { std::lock_guard<std::mutex>{a}; }
void extended() { const auto &l = std::lock_guard<std::mutex>(a); }
void nothing() { std::unique_lock<std::mutex> l; }

// CHECK: func c:@F@elided#
// CHECK: guard.begin local l (&global c:@a) spelled "a"
// CHECK-NEXT: guard.end local l implicit
// CHECK: func c:@F@extended#
// CHECK: guard.begin local l (&global c:@a) spelled "a"
// CHECK-NEXT: guard.end local l implicit
// CHECK: func c:@F@none#
// CHECK: guard.begin local l @
// CHECK: func c:@F@nothing#
// CHECK: guard.begin local l @
// CHECK: func c:@F@plain#
// CHECK: guard.begin local one (&global c:@a)
// CHECK: guard.begin local two (&global c:@b)
// CHECK-NEXT: guard.end local two implicit
// CHECK-NEXT: guard.end local one implicit
// CHECK: func c:@F@several#
// CHECK: guard.begin local both (&global c:@a, &global c:@b) avoiding
// CHECK: guard.end local both
// CHECK: func c:@F@shared#
// CHECK: guard.begin local read (&global c:@rw) shared
// CHECK: guard.begin local write (&global c:@rw) defer
// CHECK-NEXT: guard.lock local write
// CHECK: func c:@F@tags#
// CHECK: guard.begin local d (&global c:@a) defer
// CHECK: guard.begin local t (&global c:@b) try
// CHECK: lock global c:@a
// CHECK: guard.begin local adopted (&global c:@a) adopt
// CHECK: func {{.*}} "timed"
// CHECK: guard.begin local l (&param m) try timeout
// CHECK: func c:@F@unnamed#
// CHECK: guard.begin unknown 0 (&global c:@a) unnamed
// CHECK-NEXT: guard.end unknown 0 implicit
