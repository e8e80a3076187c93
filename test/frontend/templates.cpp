// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
// One function a template, under the template's symbol: the first instance
// that has a body, or the template as it is written.
#include <mutex>
#include <string>

template <class T> class Box {
public:
  void put(T v);
  T get() {
    std::lock_guard<std::mutex> l(mu_);
    return value_;
  }
  void never(T v) {
    std::unique_lock<std::mutex> l(mu_);
    l.unlock();
    value_ = v;
  }
  template <class F> void with(F f) {
    std::lock_guard l(mu_);
    f(value_);
  }

private:
  std::mutex mu_;
  T value_;
};

template <class T> void Box<T>::put(T v) {
  std::lock_guard<std::mutex> l(mu_);
  value_ = v;
}

template <class M> void lockAny(M &m) {
  std::lock_guard<M> l(m);
  m.lock();
}
template <class M> void used(M &m) { m.lock(); }

void use(Box<int> &a, Box<std::string> &b, std::mutex &m) {
  a.put(1);
  b.put("x");
  a.get();
  b.get();
  a.with([](int &) {});
  used(m);
}

// CHECK: record c:@ST>1#T@Box "Box" behaviour template
// CHECK-NOT: record {{.*}} "Box"
// CHECK: field mu_ : std::mutex private

// CHECK: call {{.*}}Box@F@put#t0.0#" on param a
// CHECK: call {{.*}}Box@F@put#t0.0#" on param b

// Uninstantiated: what does not depend on the parameter is known.
// CHECK: func {{.*}} "lockAny" template
// CHECK: guard.begin local l (&param m)

// CHECK: func {{.*}} "used" template
// CHECK: lock param m spelled "m"

// CHECK: func {{.*}} "Box::get"
// CHECK-NOT: func {{.*}} "Box::get"
// CHECK: func {{.*}} "Box::never"
// CHECK: guard.begin local l (&this.mu_)
// CHECK: guard.unlock local l
// CHECK: access this.value_ write
// CHECK: func {{.*}} "Box::put"
// CHECK: guard.begin local l (&this.mu_)
// CHECK: access this.value_ write

// CHECK: func {{.*}} "Box::with"
// CHECK: guard.begin local l (&this.mu_)
// CHECK: call "c:@F@use{{.*}}$lambda{{.*}}()" on param f (&this.value_)
