// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
// Locks, guards and condition variables nobody listed.
#include <pthread.h>
#include <atomic>
#include <condition_variable>
#include <mutex>
class Mutex {
public:
  void Lock() { pthread_mutex_lock(&mu_); }
  void Unlock() { pthread_mutex_unlock(&mu_); }
  void AssertHeld() {}
private:
  pthread_mutex_t mu_;
};
class MutexLock {
public:
  explicit MutexLock(Mutex *mu) : mu_(mu) { mu_->Lock(); }
  ~MutexLock() { mu_->Unlock(); }
private:
  Mutex *const mu_;
};
class Held {
public:
  void Acquire() { mu_.lock(); }
  void Release() { mu_.unlock(); }
  bool Try() { return mu_.try_lock(); }
private:
  std::mutex mu_;
};
template <class M> class Guard {
public:
  explicit Guard(M &m) : m_(m) { m_.lock(); }
  ~Guard() { m_.unlock(); }
  void unlock() { m_.unlock(); }
private:
  M &m_;
};
class Spin {
public:
  void lock() { while (f_.test_and_set()) ; }
  void unlock() { f_.clear(); }
private:
  std::atomic_flag f_;
};
class Door { public: void lock(); void unlock(); int colour; };
class Store {
public:
  void lock() { mu_.lock(); }
  void unlock() { mu_.unlock(); }
  void put(int); int get(); void erase(int);
private:
  std::mutex mu_;
};
class Locker {
public:
  explicit Locker(Store &s) : s_(s) { s_.lock(); }
  ~Locker() { s_.unlock(); }
private:
  Store &s_;
};
class Cond {
public:
  void Wait(Mutex &m); void Signal() { cv_.notify_one(); } void SignalAll() { cv_.notify_all(); }
private:
  std::condition_variable cv_;
};
class LockedInt {
public:
  LockedInt(std::mutex &m, int &v) : l_(m), v_(v) {}
  int &operator*() { return v_; }
private:
  std::unique_lock<std::mutex> l_;
  int &v_;
};
template <class T> class Synced { std::mutex m_; T value_; public: template <class F> void with(F f) { std::lock_guard l(m_); f(value_); } };
struct __attribute__((capability("mutex"))) Cap {
  void take() __attribute__((acquire_capability()));
  void give() __attribute__((release_capability()));
  bool tryTake() __attribute__((try_acquire_capability(true)));
};
struct __attribute__((scoped_lockable)) Scoped {
  Scoped(Cap &c) __attribute__((acquire_capability(c)));
  ~Scoped() __attribute__((release_capability()));
};
struct Owner { Cap cap; int data __attribute__((guarded_by(cap))); void need() __attribute__((requires_capability(cap))); void not_() __attribute__((locks_excluded(cap))); };
Mutex m; Spin s; Store st; Cap c; Synced<int> sy; Cond cd; std::mutex sm; int v;
void use(Owner &o) {
  o.need();
  o.not_();
  MutexLock a(&m);
  Guard<Spin> b(s);
  Guard d(s);
  d.unlock();
  Locker l(st);
  LockedInt li(sm, v);
  ++*li;
  Scoped sc(c);
  if (c.tryTake()) c.give();
  cd.Signal();
  sy.with([](int &x) { ++x; });
}

// CHECK: record c:@S@Cap "Cap" lock
// CHECK: record c:@S@Cond "Cond" condvar
// CHECK: record c:@S@Door "Door" aggregate behaviour
// CHECK: record c:@S@Held "Held" lock lock-wrapper user-defined
// CHECK: record c:@S@LockedInt "LockedInt" guard movable holds-value
// CHECK: record c:@S@Locker "Locker" guard
// CHECK: record c:@S@Mutex "Mutex" lock lock-wrapper user-defined
// CHECK: record c:@S@MutexLock "MutexLock" guard lock-wrapper user-defined
// CHECK: field data : int guarded-by c:@S@Owner@FI@cap
// CHECK: record c:@S@Scoped "Scoped" guard
// CHECK: record c:@S@Spin "Spin" lock spin
// A class that does more than lock is no lock.
// CHECK: record c:@S@Store "Store" behaviour
// CHECK: record c:@ST>1#T@Guard "Guard" guard
// CHECK: record c:@ST>1#T@Synced "Synced" synchronized
// CHECK: func {{.*}} "use"
// CHECK: guard.begin local a (&global c:@m) spelled "&m"
// CHECK: guard.begin local b (&global c:@s)
// CHECK: guard.begin local d (&global c:@s)
// CHECK: guard.unlock local d
// CHECK: guard.begin local l (&global c:@st.mu_)
// CHECK: guard.begin local li (&global c:@sm)
// CHECK: guard.begin local sc (&global c:@c)
// CHECK: lock global c:@c try
// CHECK-NEXT: if owns global c:@c
// CHECK: unlock global c:@c
// CHECK: notify global c:@cd
// CHECK: call {{.*}} on global c:@sy (lambda {{.*}}) as "sy.with"
// CHECK: guard.end local sc implicit
// CHECK-NEXT: guard.end local li implicit
// CHECK-NEXT: guard.end local l implicit
// CHECK-NEXT: guard.end local d implicit
// CHECK-NEXT: guard.end local b implicit
// CHECK-NEXT: guard.end local a implicit
// CHECK: func {{.*}} "Owner::need"
// CHECK: requires this.cap
// CHECK: func {{.*}} "Owner::not_"
// CHECK: excludes this.cap
