// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
// Temporaries that live to the end of a condition make clang compute `a || b`
// before it decides: what `a` says must lead past the join nevertheless.
struct Text {
  Text(const char *);
  bool empty() const;
};
bool same(const Text &, const Text &);
void f();
void g();

void all(bool b, bool c) {
  if (b && same("x", "y") && c)
    f();
}
// CHECK-LABEL: "all"
// CHECK: if truth param b {{.*}} -> [[SECOND:bb[0-9]+]], [[OUT:bb[0-9]+]]
// CHECK: [[SECOND]]:
// CHECK: if truth result {{[0-9]+}} {{.*}} -> [[THIRD:bb[0-9]+]], [[OUT]]
// CHECK: [[THIRD]]:
// CHECK: if truth param c {{.*}} -> {{bb[0-9]+}}, [[OUT]]

void either(bool b) {
  if (same("x", "y") || b)
    f();
  else
    g();
}
// CHECK-LABEL: "either"
// CHECK: if truth result {{[0-9]+}} {{.*}} -> [[YES:bb[0-9]+]], [[REST:bb[0-9]+]]
// CHECK: [[REST]]:
// CHECK: if truth param b {{.*}} -> [[YES]], [[NO:bb[0-9]+]]
// CHECK: [[YES]]:
// CHECK-NEXT: call c:@F@f#
// CHECK: [[NO]]:
// CHECK-NEXT: call c:@F@g#
