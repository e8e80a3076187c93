// A std or POSIX lock that a goroutine holds where it may suspend.
// flags: -isystem %runtime
#include <chrono>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <runnel/runnel.h>
#include <shared_mutex>
using namespace std::chrono_literals;

std::mutex table_lock;
std::shared_mutex cache_lock;
pthread_mutex_t c_lock = PTHREAD_MUTEX_INITIALIZER;
runnel::channel<int> updates;
runnel::mutex other;

void yields() {
  std::lock_guard hold(table_lock); // note: "'table_lock' is locked here"
  runnel::yield(); // expect: fiber-thread-lock "'runnel::yield' may suspend the goroutine while it holds 'table_lock', a 'std::mutex'"
}
void sends() {
  std::lock_guard<std::mutex> hold(table_lock);
  updates.send(1); // expect: fiber-thread-lock "a send to 'updates' may suspend"
  updates.send(2); // note: "a send to 'updates' may suspend under the lock too"
}
void receives() {
  std::unique_lock hold(table_lock);
  (void)updates.recv(); // expect: fiber-thread-lock "a receive from 'updates'"
}
void selects() {
  std::scoped_lock hold(table_lock);
  runnel::select(runnel::on_recv(updates), runnel::on_timeout(1s)); // expect: fiber-thread-lock "'select'"
}
void by_hand() {
  table_lock.lock();
  runnel::sleep_for(1ms); // expect: fiber-thread-lock "'runnel::sleep_for'"
  table_lock.unlock();
}
void in_c() {
  pthread_mutex_lock(&c_lock);
  updates.send(3); // expect: fiber-thread-lock "a 'pthread_mutex_t'"
  pthread_mutex_unlock(&c_lock);
}
void shared() {
  std::shared_lock hold(cache_lock);
  runnel::yield(); // expect: fiber-thread-lock "'cache_lock'"
}
void below_another() {
  std::lock_guard hold(table_lock);
  std::lock_guard more(other); // expect: fiber-thread-lock "locking 'other' may suspend"
}
void waits(runnel::wait_group& all) {
  std::lock_guard hold(table_lock);
  all.wait(); // expect: fiber-thread-lock "waiting for 'all'"
}
void publish(int v) { updates.send(v); } // note: "'publish' suspends here"
void through_a_call() {
  std::lock_guard hold(table_lock);
  publish(4); // expect: fiber-thread-lock "'publish' may suspend"
}
void wrong_order() { // a goroutine's lock outside, a thread's inside
  std::lock_guard outer(other);
  std::lock_guard inner(table_lock); // note: "'table_lock' is locked here"
  runnel::yield(); // expect: fiber-thread-lock "'table_lock'"
}

class Store {
  std::mutex mu_;
  runnel::channel<int> changes_;
  int value_ = 0;

public:
  void set(int v) {
    std::lock_guard hold(mu_);
    value_ = v;
    changes_.send(v); // expect: fiber-thread-lock "'mu_'"
  }
  void run(int n) { // only called by the lambda below
    for (int i = 0; i < n; ++i)
      set(i); // note: "which calls 'Store::set' here"
  }
};

struct Account {
  std::unique_ptr<std::mutex> mu = std::make_unique<std::mutex>();
  std::shared_ptr<std::shared_mutex> rw = std::make_shared<std::shared_mutex>();
  runnel::mutex own;
  int balance = 0;
  void pays() {
    std::lock_guard hold(*mu);
    std::scoped_lock other(own); // expect: fiber-thread-lock "'mu', a thread's lock, which only the thread"
    ++balance;
  }
  void reads() {
    std::shared_lock hold(*rw);
    runnel::yield(); // expect: fiber-thread-lock "'rw'"
  }
};

int main() {
  Account account;
  runnel::go([&] { account.pays(), account.reads(); });
  Store s;
  runnel::go(yields); // note: "a goroutine that runs 'yields' starts here"
  runnel::go(sends);
  runnel::go([] { receives(); });
  runnel::go([] { selects(), by_hand(), in_c(); });
  runnel::wait_group all;
  all.go([] { shared(); });
  runnel::group g;
  g.go([&] { below_another(), through_a_call(), wrong_order(); });
  auto h = runnel::spawn([&] { s.run(3); });
  return runnel::run([&] {
    waits(all);
    std::lock_guard hold(table_lock);
    runnel::yield(); // expect: fiber-thread-lock
    return 0;
  });
}
