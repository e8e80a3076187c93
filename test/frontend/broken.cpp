// What does not compile is lowered as far as it parses: locals of types that
// nothing deduced or laid out are only locals.
// RUN: not %runnel ir %s -- -std=c++20 2> %t.err | FileCheck %s
// RUN: FileCheck --check-prefix=ERR %s < %t.err
#include <mutex>
std::mutex m;
struct Half { Missing member; char rest[1 << 20]; };
struct Derived : Absent { char more[1 << 20]; };
int undeduced() { auto value = nothing(); auto &[a, b] = value; m.lock(); return a + b; }
void incomplete() { Half half; Derived derived; Half many[4]; m.lock(); }
template <class T> auto deduced(T t) { auto x = t.absent(); return x; }
void called() { auto y = deduced(1); std::lock_guard hold(m); }
// ERR: does not compile
// CHECK: func {{.*}} "called"
// CHECK: func {{.*}} "incomplete"
// CHECK: func {{.*}} "undeduced"
