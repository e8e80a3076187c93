// Waits that believe every wake-up.
#include <pthread.h>
#include <condition_variable>
#include <mutex>

struct Gate {
  void pass() {
    std::unique_lock hold(mutex);
    changed.wait(hold); // expect: cv-wait-without-predicate "'changed'"
  }
  void pass_if() {
    std::unique_lock hold(mutex);
    if (!open)
      changed.wait(hold); // expect: cv-wait-without-predicate
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
};

std::mutex global_mutex;
std::condition_variable global_changed;
void wait_for_global() {
  std::unique_lock hold(global_mutex);
  global_changed.wait(hold); // expect: cv-wait-without-predicate "'global_changed'"
}

struct Pieces {
  void several_conditions() {
    std::unique_lock hold(mutex);
    if (!open || !ready)
      changed.wait(hold); // expect: cv-wait-without-predicate "'changed'"
  }
  void does_something_else_too() {
    std::unique_lock hold(mutex);
    if (!open) {
      ready = true;
      changed.wait(hold); // expect: cv-wait-without-predicate
    }
  }
  void by_switch(int how) {
    std::unique_lock hold(mutex);
    switch (how) {
    case 1:
      changed.wait(hold); // expect: cv-wait-without-predicate
      break;
    default:
      break;
    }
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false, ready = false;
};

struct box {
  pthread_mutex_t m;
  pthread_cond_t c;
  int full;
};
int take(box *b) {
  pthread_mutex_lock(&b->m);
  if (!b->full)
    pthread_cond_wait(&b->c, &b->m); // expect: cv-wait-without-predicate "'b.c' is waited for"
  b->full = 0;
  pthread_mutex_unlock(&b->m);
  return 1;
}
