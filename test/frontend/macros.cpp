// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
// A location in a macro is where the outermost macro is used.
#include <mutex>
std::mutex m;
#define INNER(x) x.lock()
#define LOCK(x) INNER(x)
#define GUARD(x) std::lock_guard<std::mutex> guard_##__LINE__(x)
#define ID(x) x
void a() { LOCK(m); }
void b() {
  GUARD(m);
  ID(m.unlock());
}
// CHECK: func c:@F@a# "a"
// CHECK: lock global c:@m @[[#@LINE-6]]:12+7~ in @[[#@LINE-6]]:12+8~
// CHECK: func c:@F@b# "b"
// CHECK: guard.begin {{.*}} @[[#@LINE-6]]:3+8~ in @[[#@LINE-6]]:3+9~
// CHECK: unlock global c:@m @[[#@LINE-6]]:3+14~ in @[[#@LINE-6]]:3+15~
