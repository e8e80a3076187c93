// RUN: %runnel ir %s -- -std=c++20 -I%root/runtime/include | FileCheck %s
#include <mutex>
#include <runnel/annotations.h>
std::mutex a; // NOLINT
std::mutex b; // NOLINT(runnel-lock-exposed, runnel-lock-*): it is a test
// NOLINTNEXTLINE(runnel-lock-exposed)
std::mutex c;
// NOLINTBEGIN(runnel-scope-too-wide)
std::mutex d;
std::mutex e;
// NOLINTEND(runnel-scope-too-wide)
const char *no = "// NOLINT in a string is none";
// NOLINTED is none either
struct RUNNEL_ALLOW("lock-exposed", "shared with C") S {
  std::mutex m;
};
RUNNEL_ALLOW("scope-too-wide", "measured") void f() {
  std::lock_guard l(a);
}
void g(bool both) {
  RUNNEL_ALLOW("scope-*", "a statement")
  f();
  if (both) {
    RUNNEL_ALLOW("lock-exposed", "a block") {
      f();
      f();
    }
  }
}
RUNNEL_BLOCKING void slow();
RUNNEL_SUSPENDS void pump();
struct G {
  std::mutex mu;
  int n RUNNEL_GUARDED_BY(mu);
};
void call() {
  slow();
  pump();
}
// CHECK: field n : int guarded-by c:@S@G@FI@mu
// CHECK: func c:@F@call#
// CHECK: block c:@F@slow# as "user"
// CHECK: call c:@F@pump#
// CHECK: suspend callee c:@F@pump# as "pump"
// CHECK: func c:@F@pump# "pump" suspends
// CHECK: func c:@F@slow# "slow" blocking
// CHECK: suppress line 4 to 4 @
// CHECK: suppress line 5 to 5 ("runnel-lock-exposed", "runnel-lock-*") because "it is a test"
// CHECK: suppress next-line 7 to 7 ("runnel-lock-exposed")
// CHECK: suppress region 8 to 11 ("runnel-scope-too-wide")
// CHECK: suppress allow 14 to 16 ("runnel-lock-exposed") because "shared with C"
// CHECK: suppress allow 17 to 19 ("runnel-scope-too-wide") because "measured"
// CHECK: suppress allow 21 to 22 ("runnel-scope-*") because "a statement"
// CHECK: suppress allow 24 to 27 ("runnel-lock-exposed") because "a block"
// CHECK-NOT: suppress
