// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
#include <memory>
#include <mutex>
#include <vector>
#include <map>
struct Inner { std::mutex mu; int n; };
struct Outer {
  Inner in; Inner *ptr; std::shared_ptr<Inner> sp; std::unique_ptr<Inner> up;
  std::vector<Inner> vec; Inner arr[4]; static std::mutex smu; std::map<int, Inner> map;
  Inner &ref() { return in; }
  Inner *get() const { return ptr; }
  std::mutex &far();
  void members() { in.mu.lock(); ptr->mu.lock(); sp->mu.lock(); up->mu.lock(); vec[2].mu.lock(); arr[1].mu.lock(); smu.lock(); map[3].mu.lock(); (*sp).mu.lock(); }
  void aliases() { Inner &r = in; r.mu.lock(); Inner *p = &in; p->mu.lock(); auto *q = ptr; q->mu.lock(); auto s = sp; s->mu.lock(); std::mutex &m = this->in.mu; m.lock(); auto &same = *this; same.in.mu.lock(); }
  void changing() { Inner *p = ptr; p->mu.lock(); p = p + 1; ptr = nullptr; }
  void accessors() { ref().mu.lock(); get()->mu.lock(); far().lock(); }
  void loops() { for (auto &i : vec) i.mu.lock(); for (int i = 0; i < 4; ++i) arr[i].mu.lock(); }
};
Outer &instance(); Outer *find(int);
void globals() { instance().in.mu.lock(); auto *o = find(1); o->in.mu.lock(); auto *o2 = find(2); o2->in.mu.lock(); }
void params(Outer &o, Outer *p, std::mutex &m) { o.in.mu.lock(); p->in.mu.lock(); m.lock(); static std::mutex local; local.lock(); thread_local std::mutex tl; tl.lock(); }
void bindings() { std::pair<Inner*, int> pr; auto &[x, y] = pr; x->mu.lock(); struct S { std::mutex m; int k; } s; auto &[m, k] = s; m.lock(); }
void branch(bool c, Outer& a, Outer& b) { Inner& i = c ? a.in : b.in; i.mu.lock(); }
void casts(void* v) { static_cast<Outer*>(v)->in.mu.lock(); ((Outer*)v)->in.mu.unlock(); }

// CHECK: func c:@F@bindings#
// CHECK: lock local pr["0"].mu
// CHECK: lock local s.m
// CHECK: func {{.*}} "branch"
// CHECK: lock local i.mu
// CHECK: func {{.*}} "casts"
// CHECK: lock param v.in.mu
// CHECK: unlock param v.in.mu
// CHECK: func c:@F@globals#
// CHECK: lock global c:@F@instance#.instance().in.mu
// Two calls of find are two objects.
// CHECK: lock local o.in.mu
// CHECK: lock local o2.in.mu
// CHECK: func {{.*}} "params"
// CHECK: lock param o.in.mu
// CHECK: lock param p.in.mu
// CHECK: lock param m
// CHECK: lock global "c:places.cpp@{{.*}}@local@{{.*}}places.cpp"
// CHECK: func {{.*}} "Outer::accessors"
// CHECK: lock this.in.mu spelled "ref().mu"
// CHECK: lock this.ptr.mu spelled "get()->mu"
// CHECK: lock this.far() spelled "far()"
// CHECK: func {{.*}} "Outer::aliases"
// CHECK: lock this.in.mu spelled "r.mu"
// CHECK: lock this.in.mu spelled "p->mu"
// CHECK: lock this.ptr.mu spelled "q->mu"
// CHECK: lock this.sp.mu spelled "s->mu"
// CHECK: lock this.in.mu spelled "m"
// CHECK: lock this.in.mu spelled "same.in.mu"
// A pointer that changes stands for nothing but itself.
// CHECK: func {{.*}} "Outer::changing"
// CHECK: lock local p.mu
// CHECK: func {{.*}} "Outer::loops"
// CHECK: lock this.vec[i].mu
// CHECK: lock this.arr[i].mu
// CHECK: func {{.*}} "Outer::members"
// CHECK: lock this.in.mu
// CHECK: lock this.ptr.mu
// CHECK: lock this.sp.mu
// CHECK: lock this.up.mu
// CHECK: lock this.vec["2"].mu
// CHECK: lock this.arr["1"].mu
// CHECK: lock global c:@S@Outer@smu
// CHECK: lock this.map["3"].mu
// CHECK: lock this.sp.mu spelled "(*sp).mu"
