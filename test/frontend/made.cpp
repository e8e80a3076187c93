// What is made: aggregates part by part, objects before their constructors.
// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s

#include <memory>
#include <mutex>

struct Robin {
  std::mutex mu;
  int turn = 0;
};

struct Conn {
  Robin &robin;
  Robin *spare = nullptr;
};

struct Pair {
  Conn first;
  int rest;
};

// CHECK: func {{.*}} "byList"
// CHECK: assign local plain.robin (param r)
// CHECK-NOT: assign local plain.spare
// CHECK: assign local named.robin (param r)
// CHECK: assign local named.spare (&param r)
// CHECK: assign local pair.first.robin (param r)
// CHECK: assign local pair.first.spare (&param r)
void byList(Robin &r) {
  Conn plain{r};
  Conn named{.robin = r, .spare = &r};
  Pair pair{{r, &r}, 3};
}

// A loop that never ends leads nowhere.
// CHECK: func {{.*}} "forEver"
// CHECK: bb0:
// CHECK-NOT: {{leaves?$}}
// CHECK: goto bb1
// CHECK: }
void forEver(Robin &r) {
  for (;;)
    r.turn++;
}

// A throw ends the guards of the try block that it leaves, and no others.
// CHECK: func {{.*}} "leaves"
// CHECK: throw
// CHECK-NEXT: guard.end local inner
// CHECK-NEXT: goto
// CHECK: leave
void leaves(Robin &r, Robin &s, bool bad) {
  std::lock_guard<std::mutex> outer(s.mu);
  try {
    std::lock_guard<std::mutex> inner(r.mu);
    if (bad)
      throw 1;
    r.turn = 1;
  } catch (...) {
    s.turn = 2;
  }
}

struct Owner {
  Owner(Robin &r, int n) : robin(r) { robin.turn = n; }
  Owner(const char *, Robin &r) : robin(r) {}
  Robin &robin;
};

// CHECK: func {{.*}} "owners"
// CHECK: new local shared
// CHECK: call c:@S@Owner@F@Owner#&$@S@Robin#I# on local shared (&param r, 1)
// CHECK: new local raw as "Owner"
// CHECK: call c:@S@Owner@F@Owner#*1C#&$@S@Robin# on local raw (
void owners(Robin &r) {
  auto shared = std::make_shared<Owner>(r, 1);
  Owner *raw = new Owner("name", r);
  delete raw;
}

// What a body locks and unlocks is a lock, whatever its type; a weak pointer's
// lock() is none.
// CHECK: func {{.*}} "unseen"
// CHECK: lock param m spelled "m"
// CHECK: call ? on param w as "w.lock"
// CHECK: unlock param m
template <class M, class W> void unseen(M &m, W &w, int &n) {
  m.lock();
  if (w.lock())
    n++;
  m.unlock();
}
