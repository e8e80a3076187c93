// Locks that goroutines may hold as they do here.
// flags: -isystem %runtime
#include <chrono>
#include <memory>
#include <mutex>
#include <runnel/runnel.h>
#include <shared_mutex>
#include <thread>
using namespace std::chrono_literals;

std::mutex table_lock;
runnel::mutex ours;
runnel::channel<int> updates, wide(16);
int value = 0;

// trap: a thread's lock, and nothing that suspends below it
void short_section() {
  std::lock_guard hold(table_lock);
  ++value;
}
// trap: the send comes after the lock
void after() {
  int v;
  {
    std::lock_guard hold(table_lock);
    v = value;
  }
  updates.send(v);
}
// trap: unlocked first
void unlocked() {
  std::unique_lock hold(table_lock);
  int v = value;
  hold.unlock();
  updates.send(v);
}
// trap: operations that do not wait
void tries() {
  std::lock_guard hold(table_lock);
  int v = value;
  (void)updates.try_send(v);
  (void)updates.try_recv();
  runnel::select(runnel::on_recv(updates), runnel::otherwise());
}
// trap: a goroutine's lock belongs to no thread
void suspends_with_ours() {
  std::lock_guard hold(ours);
  runnel::yield();
}
// trap: this lock is only tried, and another goroutine's is never waited for
void tries_ours() {
  std::lock_guard hold(table_lock);
  if (ours.try_lock())
    ours.unlock();
}
// trap: the condition variable lets go of the lock while it waits
void waits() {
  runnel::condition_variable ready;
  std::unique_lock hold(table_lock);
  ready.wait(hold, [] { return value > 0; });
}
// trap: closing wakes others, and waits for nobody
void closes() {
  std::lock_guard hold(table_lock);
  updates.close();
}
// trap: starting a goroutine does not wait for it
void starts() {
  std::lock_guard hold(table_lock);
  runnel::go([] { updates.send(1); });
}
// trap: the lambda is only made under the lock
auto makes() {
  std::lock_guard hold(table_lock);
  return [v = value] { updates.send(v); };
}
// trap: never runs in a goroutine, and a thread may hold its own lock. The
// other checks say what is to be said of that.
void in_a_thread() {
  std::lock_guard hold(table_lock);
  updates.send(2);
}
// trap: perhaps locked
void maybe(bool really) {
  std::unique_lock hold(table_lock, std::defer_lock);
  if (really)
    hold.lock();
  updates.send(3);
}
// trap: tried, and not had
void not_had() {
  std::unique_lock hold(table_lock, std::try_to_lock);
  if (!hold)
    updates.send(4);
}
// trap: a lock of this function alone
void local_lock() {
  std::mutex mine;
  std::lock_guard hold(mine);
  updates.send(5);
}
// trap: gives the lock back before it calls what suspends
class Store {
  std::mutex mu_;
  int value_ = 0;
  int get() {
    std::lock_guard hold(mu_);
    return value_;
  }

public:
  void publish() { updates.send(get()); }
};
// trap: sleeps as a thread, which other checks speak of; it does not suspend
void sleeps() {
  std::lock_guard hold(table_lock);
  std::this_thread::sleep_for(1ms);
}
// trap: on one path unlocked and sent, on the other neither
void branches(bool send) {
  std::unique_lock hold(table_lock);
  if (!send)
    return;
  hold.unlock();
  updates.send(6);
}

// trap: what is owned is a goroutine's lock
struct Account {
  std::unique_ptr<runnel::mutex> mu = std::make_unique<runnel::mutex>();
  std::unique_ptr<std::mutex> plain = std::make_unique<std::mutex>();
  int balance = 0;
  void pays() {
    std::lock_guard hold(*mu);
    ++balance;
    runnel::yield();
  }
  // trap: locked when nothing suspends any more
  void books() {
    runnel::yield();
    std::lock_guard hold(*plain);
    ++balance;
  }
};

int main() {
  Account account;
  runnel::go([&] { account.pays(), account.books(); });
  std::thread t(in_a_thread);
  Store s;
  runnel::group g;
  g.go([&] {
    short_section(), after(), unlocked(), tries(), suspends_with_ours();
    tries_ours(), waits(), closes(), starts(), makes()(), maybe(false);
    not_had(), local_lock(), s.publish(), sleeps(), branches(true);
  });
  g.wait();
  t.join();
}
