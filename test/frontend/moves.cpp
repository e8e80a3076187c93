// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
// Early unlock, release, move, swap; guards returned, passed on, in optionals
// and in members.
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

std::mutex a, b;

void early() {
  std::unique_lock l(a);
  l.unlock();
  l.lock();
}
void released() {
  std::unique_lock l(a);
  l.release();
  a.unlock();
}
void moved() {
  std::unique_lock l(a);
  std::unique_lock k = std::move(l);
  l = std::unique_lock<std::mutex>(b);
  l.swap(k);
  std::swap(l, k);
}
std::unique_lock<std::mutex> make() {
  std::unique_lock l(a);
  return l;
}
std::unique_lock<std::mutex> direct() { return std::unique_lock<std::mutex>(a); }
void use() {
  auto l = make();
  make();
}
void take(std::unique_lock<std::mutex> l);
void pass() {
  std::unique_lock l(a);
  take(std::move(l));
}
void taken(std::unique_lock<std::mutex> l) { l.unlock(); }
void optional() {
  std::optional<std::lock_guard<std::mutex>> l;
  l.emplace(a);
  l.reset();
}
void owned() { auto l = std::make_unique<std::lock_guard<std::mutex>>(a); }
class Holder {
public:
  explicit Holder(std::mutex &m) : lock_(m) {}
  void early() { lock_.unlock(); }

private:
  std::unique_lock<std::mutex> lock_;
};
class Late {
  Late() : lock_(mu_, std::defer_lock) { lock_.lock(); }
  std::mutex mu_;
  std::unique_lock<std::mutex> lock_;
};

// CHECK: record c:@S@Holder "Holder" guard movable
// CHECK-NOT: record c:@S@Late "Late" guard

// CHECK: func c:@F@direct#
// CHECK: guard.begin unknown 0 (&global c:@a)
// CHECK-NEXT: return unknown 0
// CHECK: func c:@F@early#
// CHECK: guard.begin local l
// CHECK-NEXT: guard.unlock local l
// CHECK-NEXT: guard.lock local l
// CHECK-NEXT: guard.end local l

// A local that is returned keeps its lock: no end.
// CHECK: func c:@F@make#
// CHECK: guard.begin local l (&global c:@a)
// CHECK-NEXT: return local l moved
// CHECK-NEXT: leave

// CHECK: func c:@F@moved#
// CHECK: guard.begin local l (&global c:@a)
// CHECK: guard.begin local k defer
// CHECK-NEXT: guard.move local k from local l
// CHECK-NEXT: guard.begin unknown 0 (&global c:@b)
// CHECK-NEXT: guard.move local l from unknown 0
// CHECK-NEXT: guard.end unknown 0
// CHECK-NEXT: guard.swap local l with local k
// CHECK-NEXT: guard.swap local l with local k
// CHECK-NEXT: guard.end local k
// CHECK-NEXT: guard.end local l

// CHECK: func c:@F@optional#
// CHECK: guard.begin local l (&global c:@a)
// CHECK-NEXT: guard.end local l @
// CHECK: func c:@F@owned#
// CHECK: guard.begin local l (&global c:@a)
// CHECK-NEXT: guard.end local l implicit
// CHECK: func c:@F@pass#
// CHECK: guard.begin unknown 0 defer
// CHECK-NEXT: guard.move unknown 0 from local l
// CHECK-NEXT: call {{.*}} (unknown 0) as "take"
// CHECK-NEXT: guard.end unknown 0
// CHECK: func c:@F@released#
// CHECK: guard.release local l
// CHECK-NEXT: unlock global c:@a
// CHECK: func {{.*}} "taken"
// CHECK: guard.unlock param l
// CHECK-NEXT: guard.end param l implicit

// What the callee held is what the caller's guard takes over.
// CHECK: func c:@F@use#
// CHECK: call c:@F@make#
// CHECK: guard.begin local l defer
// CHECK-NEXT: guard.move local l from result 0
// CHECK-NEXT: call c:@F@make#
// CHECK-NEXT: guard.begin unknown 0 defer unnamed
// CHECK-NEXT: guard.move unknown 0 from result 4
// CHECK-NEXT: guard.end unknown 0
// CHECK-NEXT: guard.end local l

// CHECK: func {{.*}} "Holder::Holder"
// CHECK: guard.begin this.lock_ (&param m)
// CHECK: func {{.*}} "Holder::early"
// CHECK: guard.unlock this.lock_
// CHECK: func {{.*}} "Late::Late"
// CHECK: guard.begin this.lock_ (&this.mu_) defer
// CHECK-NEXT: guard.lock this.lock_
