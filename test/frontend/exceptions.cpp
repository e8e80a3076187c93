// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
#include <mutex>
std::mutex m;
void risky(); void safe() noexcept; void log();
void try_() { m.lock(); try { risky(); } catch (const int &) { log(); m.unlock(); throw; } catch (...) { log(); m.unlock(); return; } m.unlock(); }
void thrown(bool b) { std::lock_guard l(m); if (b) throw 1; risky(); }
void inner() { try { throw 1; } catch (int) { log(); } safe(); }
struct C { C() try : x(1) { risky(); } catch (...) { log(); } int x; };
void nested() { try { try { risky(); } catch (int) { log(); } safe(); } catch (...) { m.lock(); } }
void loop() { for (;;) { try { risky(); break; } catch (...) { log(); } } }
[[noreturn]] void die(); void dies(bool b) { m.lock(); if (b) die(); m.unlock(); }
void go(int n) { switch (n) { case 1: risky(); break; case 2: case 3: safe(); default: log(); } }
void jump() { m.lock(); if (m.try_lock()) goto out; risky(); out: m.unlock(); }

// CHECK: func {{.*}} "dies"
// CHECK: call c:@F@die#
// CHECK-NEXT: halt
// CHECK: func {{.*}} "go"
// CHECK: switch truth param n "n" {{.*}} case 2, {{.*}} case 3, {{.*}} case 1, {{.*}} default
// CHECK: func c:@F@inner#
// CHECK: throw
// CHECK: catch
// CHECK: call c:@F@log#
// CHECK: func c:@F@loop#
// CHECK: try {{.*}}-> bb[[BODY:[0-9]+]], bb[[CATCH:[0-9]+]]
// CHECK: bb[[BODY]]: in-try
// CHECK: call c:@F@risky#
// CHECK: bb[[CATCH]]: catch
// CHECK: func c:@F@nested#
// CHECK: try {{.*}}-> bb[[#]], bb[[OUTER:[0-9]+]]
// CHECK: try {{.*}}-> bb[[#]], bb[[INNER:[0-9]+]], bb[[#]]
// CHECK: bb[[INNER]]: catch in-try
// CHECK: bb[[OUTER]]: catch
// CHECK-NEXT: lock global c:@m
// CHECK: func {{.*}} "thrown"
// CHECK: throw
// CHECK-NEXT: halt
// CHECK: guard.end local l implicit
// CHECK: func c:@F@try_#
// CHECK: lock global c:@m
// CHECK-NEXT: try {{.*}}-> bb[[#]], bb[[#]], bb[[#]]
// CHECK: in-try
// CHECK-NEXT: call c:@F@risky#
// CHECK: catch
// CHECK: unlock global c:@m
// CHECK-NEXT: return
// CHECK: catch
// CHECK: unlock global c:@m
// CHECK-NEXT: throw
// CHECK-NEXT: halt
// CHECK: func {{.*}} "C::C"
// CHECK: try {{.*}}->
// CHECK: in-try
// CHECK-NEXT: call c:@F@risky#
