// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
#include <coroutine>
#include <mutex>
struct task { struct promise_type { task get_return_object(); std::suspend_never initial_suspend(); std::suspend_never final_suspend() noexcept; void return_void(); void unhandled_exception(); std::suspend_always yield_value(int); }; };
std::mutex m; std::suspend_always op();
task held() { std::lock_guard l(m); co_await op(); }
task released() { { std::lock_guard l(m); } co_await op(); co_yield 1; co_return; }

// CHECK: func c:@F@held# "held" coroutine
// CHECK: guard.begin local l (&global c:@m)
// CHECK: call c:@F@op#
// CHECK-NEXT: suspend as "co_await"
// CHECK-NEXT: guard.end local l
// CHECK: func c:@F@released# "released" coroutine
// CHECK: guard.end local l
// CHECK-NEXT: call c:@F@op#
// CHECK-NEXT: suspend as "co_await"
// CHECK-NEXT: suspend as "co_yield"
// CHECK-NEXT: return
