// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
#include <functional>
#include <mutex>
#include <thread>
#include <future>
#include <vector>
#include <algorithm>
std::mutex m;
struct S {
  int n; std::mutex mu; std::function<void()> cb;
  void called() { auto f = [this] { ++n; }; f(); [&] { n = 2; }(); }
  void stored() { cb = [this] { mu.lock(); mu.unlock(); }; }
  void init() { auto g = [x = &mu, k = n] { x->lock(); }; g(); }
};
void take(std::function<void()>);
void now(std::vector<int>& v) { int sum = 0; std::for_each(v.begin(), v.end(), [&](int x) { std::lock_guard l(m); sum += x; }); std::sort(v.begin(), v.end(), [](int a, int b) { return a < b; }); }
void threads() {
  int x = 0; auto work = [&x] { ++x; };
  std::thread t(work); std::thread u([=] { m.lock(); }); std::jthread j([](std::stop_token) {});
  auto f = std::async(std::launch::async, [] { return 1; }); f.get();
  t.join(); u.detach();
  take([&] { x = 3; });
}
void free_function(int); void fp(void (*p)(int)) { p(3); void (*q)(int) = free_function; q(1); std::thread t(free_function, 1); t.join(); std::thread b(std::bind(&S::called, (S*)nullptr)); b.join(); }
struct Base { virtual void v(); virtual ~Base(); }; struct Derived final : Base { void v() override; };
void virt(Base& b, Derived& d, Base* p) { b.v(); d.v(); p->Base::v(); Base local; local.v(); delete p; }
void generic() { auto g = [](auto x) { m.lock(); return x; }; g(1); }
void nested() { int a = 0; auto o = [&] { auto i = [&] { a = 1; m.lock(); }; i(); }; o(); }

// CHECK: func {{.*}} "fp"
// CHECK: call ? on param p (3) as "p" pointer
// CHECK: assign local q (fn c:@F@free_function#I#)
// CHECK: spawn c:@F@free_function#I# on local t
// std::bind: what will be called, and with what.
// CHECK: spawn c:@S@S@F@called# on local b
// CHECK: func c:@F@generic#
// CHECK: call "c:@F@generic#$lambda{{.*}}()" on local g (1)
// CHECK: func {{.*}} "generic::lambda::operator()"
// CHECK: lock global c:@m
// CHECK: func {{.*}} "nested::lambda::operator()"
// CHECK: capture a : int by-reference implicit from local a
// CHECK: func {{.*}} "nested::lambda::lambda::operator()"
// CHECK: capture a : int by-reference implicit from capture a
// CHECK: access capture a value 1 write

// An algorithm runs what it is given.
// CHECK: func {{.*}} "now"
// CHECK: as "std::for_each"
// CHECK-NEXT: call {{.*}} as "lambda" may-throw implicit
// CHECK: as "std::sort"
// CHECK-NEXT: call {{.*}} as "lambda" may-throw implicit

// CHECK: func c:@F@threads#
// CHECK: closure "[[WORK:[^"]*]]" on local work (&local x)
// CHECK: spawn "[[WORK]]" on local t (lambda "[[WORK]]" at local work) as "std::thread" thread
// CHECK: spawn {{.*}} on local u {{.*}} thread
// CHECK: spawn {{.*}} on local j {{.*}} joining-thread
// CHECK: spawn {{.*}} on local f {{.*}} async
// CHECK: join local f
// CHECK: join local t
// CHECK: detach local u
// CHECK: call {{.*}} (lambda {{.*}}) as "take"
// CHECK: join local j implicit

// CHECK: func {{.*}} "virt"
// CHECK: call c:@S@Base@F@v# on param b as "b.v" virtual
// CHECK: call c:@S@Derived@F@v# on param d as "d.v" may-throw
// CHECK: call c:@S@Base@F@v# on param p as "p->Base::v" may-throw
// CHECK: call c:@S@Base@F@v# on local local as "local.v" may-throw
// CHECK: call c:@S@Base@F@~Base# on param p as "~Base" virtual implicit
// CHECK: call c:@S@Base@F@~Base# on local local as "~Base" implicit

// CHECK: func {{.*}} "S::called"
// CHECK: closure "[[F:[^"]*]]" on local f (&this)
// CHECK: call "[[F]]" on local f
// CHECK: closure "[[G:[^"]*]]" (&this)
// CHECK: call "[[G]]" as "operator()"
// CHECK: func {{.*}} "S::init"
// CHECK: closure {{.*}} on local g (&this.mu, this.n)
// CHECK: func {{.*}} "S::init::lambda::operator()"
// CHECK: capture x : "std::mutex *" from this.mu
// CHECK: lock capture x
// CHECK: func {{.*}} "S::stored"
// CHECK: assign this.cb (lambda {{.*}})
