// Guards near one another that are well as they are.
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

struct Account {
  std::mutex mu;
  std::shared_mutex history;
  int balance = 0;
};

// trap: one guard for both
void together(Account &from, Account &to) {
  std::scoped_lock both(from.mu, to.mu);
  from.balance = to.balance;
}
// trap: locked together, then adopted
void adopted(Account &from, Account &to) {
  std::lock(from.mu, to.mu);
  std::lock_guard a(from.mu, std::adopt_lock);
  std::lock_guard b(to.mu, std::adopt_lock);
  from.balance = to.balance;
}
// trap: deferred, then locked together
void deferred(Account &from, Account &to) {
  std::unique_lock a(from.mu, std::defer_lock);
  std::unique_lock b(to.mu, std::defer_lock);
  std::lock(a, b);
  from.balance = to.balance;
}
// trap: the second is tried
bool tried(Account &from, Account &to) {
  std::unique_lock a(from.mu);
  std::unique_lock b(to.mu, std::try_to_lock);
  if (!b)
    return false;
  from.balance = to.balance;
  return true;
}
// trap: ordered by address
void ordered(Account &from, Account &to) {
  Account &first = &from < &to ? from : to;
  Account &second = &from < &to ? to : from;
  if (&from == &to)
    return;
  std::lock_guard a(first.mu);
  std::lock_guard b(second.mu);
  from.balance = to.balance;
}
void orderedToo(Account *x, Account *y) {
  if (std::less<Account *>()(y, x))
    std::swap(x, y);
  std::lock_guard a(x->mu);
  std::lock_guard b(y->mu);
  x->balance = y->balance;
}
// trap: not at the same time
void scopes(Account &from, Account &to) {
  int amount;
  {
    std::lock_guard a(from.mu);
    amount = from.balance;
  }
  std::lock_guard b(to.mu);
  to.balance = amount;
}
// trap: work between them needs the first alone
class Pair {
public:
  void run() {
    std::lock_guard a(a_);
    ++x_;
    std::lock_guard b(b_);
    ++y_;
  }
  // trap: a guard with a life of its own
  void wait() {
    std::unique_lock a(a_);
    std::unique_lock b(b_);
    b.unlock();
    cv_.wait(a, [this] { return x_ > 0; });
  }
  // trap: given away
  std::unique_lock<std::mutex> give() {
    std::unique_lock a(a_);
    std::unique_lock b(b_);
    ++x_;
    return a;
  }
  // trap: one mutex is all there is
  void one() {
    std::lock_guard a(a_);
    ++x_;
  }

private:
  std::mutex a_, b_;
  std::condition_variable cv_;
  int x_ = 0, y_ = 0;
};
// trap: for reading
int readers(Account &from, Account &to) {
  std::shared_lock a(from.history);
  std::shared_lock b(to.history);
  return from.balance + to.balance;
}
// trap: a lock of this object, then one of an object below it
class Outer {
public:
  void run() {
    std::lock_guard a(mu_);
    std::lock_guard b(inner_->mu);
    ++inner_->balance;
  }

private:
  std::mutex mu_;
  std::unique_ptr<Account> inner_;
};
// trap: a global above a member
std::mutex registry;
void nested(Account &account) {
  std::lock_guard a(registry);
  std::lock_guard b(account.mu);
  ++account.balance;
}
// trap: locals nobody else sees
int locals() {
  std::mutex x, y;
  std::lock_guard a(x);
  std::lock_guard b(y);
  return 1;
}

// Stripes of locks, in order.
static std::mutex inOrder[16];
void swapInOrder(int *data, int a, int b) {
  if (a % 16 < b % 16) {
    std::lock_guard<std::mutex> first(inOrder[a % 16]);
    std::lock_guard<std::mutex> second(inOrder[b % 16]); // trap: compared before
    std::swap(data[a], data[b]);
  }
}
