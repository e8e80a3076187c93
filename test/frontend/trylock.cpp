// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
#include <mutex>
#include <pthread.h>
std::mutex m, n;
pthread_mutex_t pm;
void work();
void direct() { if (m.try_lock()) { work(); m.unlock(); } }
void negated() { if (!m.try_lock()) return; m.unlock(); }
void named() { bool ok = m.try_lock(); if (ok) m.unlock(); }
void later() { bool ok = false; ok = m.try_lock(); if (!ok) return; m.unlock(); }
void guard() { if (std::unique_lock l{m, std::try_to_lock}; l) work(); }
void guard2() { if (std::unique_lock l{m, std::try_to_lock}) work(); }
void owns() { std::unique_lock l(m, std::defer_lock); if (l.owns_lock()) work(); if (l.try_lock()) work(); }
void posix() { if (pthread_mutex_trylock(&pm) == 0) pthread_mutex_unlock(&pm); }
void posix2() { if (!pthread_mutex_trylock(&pm)) pthread_mutex_unlock(&pm); }
void posix3() { int rc = pthread_mutex_trylock(&pm); if (rc != 0) return; pthread_mutex_unlock(&pm); }
void posix4() { int rc; if ((rc = pthread_mutex_trylock(&pm)) == 16) return; pthread_mutex_unlock(&pm); }
void both() { if (std::try_lock(m, n) == -1) { m.unlock(); n.unlock(); } }
void loop() { while (!m.try_lock()) work(); m.unlock(); }
void conj(bool x) { if (x && m.try_lock()) m.unlock(); }
void disj() { if (!m.try_lock() || !n.try_lock()) return; }
void compare() { if (m.try_lock() == true) m.unlock(); if (m.try_lock() != false) m.unlock(); }
bool lockIt() { return m.try_lock(); }

// CHECK: func c:@F@both#
// CHECK: lock global c:@m try avoiding
// CHECK-NEXT: lock global c:@n try avoiding
// CHECK-NEXT: if owns global c:@m against global c:@n
// CHECK: func c:@F@compare#
// CHECK: if owns global c:@m
// CHECK: if owns global c:@m
// CHECK: func {{.*}} "conj"
// CHECK: if truth param x
// CHECK: lock global c:@m try
// CHECK-NEXT: if owns global c:@m
// CHECK: func c:@F@direct#
// CHECK: if owns global c:@m "m.try_lock()"
// CHECK: func c:@F@disj#
// CHECK: if not owns global c:@m
// CHECK: if not owns global c:@n
// CHECK: func c:@F@guard#
// CHECK: guard.begin local l (&global c:@m) try
// CHECK-NEXT: access local l read
// CHECK-NEXT: if owns local l
// CHECK: func c:@F@guard2#
// CHECK: guard.begin local l (&global c:@m) try
// CHECK-NEXT: access local l read
// CHECK-NEXT: if owns local l
// CHECK: func c:@F@later#
// CHECK: lock global c:@m try
// CHECK: if not owns global c:@m "ok"
// CHECK: func c:@F@loop#
// CHECK: while not owns global c:@m
// CHECK: func c:@F@named#
// CHECK: if owns global c:@m "ok"
// CHECK: func c:@F@negated#
// CHECK: if not owns global c:@m
// CHECK: func c:@F@owns#
// CHECK: if owns local l "l.owns_lock()"
// CHECK: guard.lock local l try
// CHECK-NEXT: if owns local l "l.try_lock()"
// CHECK: func c:@F@posix#
// CHECK: lock global c:@pm try
// CHECK-NEXT: if owns global c:@pm
// CHECK: func c:@F@posix2#
// CHECK: if owns global c:@pm
// CHECK: func c:@F@posix3#
// CHECK: if not owns global c:@pm
// CHECK: func c:@F@posix4#
// CHECK: if not owns global c:@pm
