// Standard guards that stand one after the other.
#include <utility>
#include <mutex>
#include <vector>

struct Account {
  std::mutex mu;
  int balance = 0;
  void take(Account &from) {
    std::lock_guard<std::mutex> mine(mu);
    std::lock_guard<std::mutex> theirs(from.mu); // expect: web-sequential-guards "'mu' and 'from.mu'"
    balance += from.balance;
    from.balance = 0;
  }
};
void transfer(Account &from, Account &to, int amount) {
  std::lock_guard one(from.mu); // note: "'from.mu' is locked first"
  std::lock_guard two(to.mu); // expect: web-sequential-guards "'from.mu' and 'to.mu' are locked one after the other"
  from.balance -= amount;
  to.balance += amount;
}
void viaPointers(Account *from, Account *to, int amount) {
  std::unique_lock<std::mutex> one(from->mu);
  std::unique_lock<std::mutex> two(to->mu); // expect: web-sequential-guards
  from->balance -= amount;
  to->balance += amount;
}

class Stats {
public:
  void reset() {
    std::scoped_lock a(reads_mu_);
    std::scoped_lock b(writes_mu_); // expect: web-sequential-guards "'reads_mu_' and 'writes_mu_'"
    reads_ = writes_ = 0;
  }
  void three() {
    std::lock_guard a(reads_mu_);
    std::lock_guard b(writes_mu_);
    std::lock_guard c(errors_mu_); // expect: web-sequential-guards "'reads_mu_', 'writes_mu_' and 'errors_mu_'"
    reads_ = writes_ = errors_ = 0;
  }

private:
  std::mutex reads_mu_, writes_mu_, errors_mu_;
  int reads_ = 0, writes_ = 0, errors_ = 0;
};

std::mutex globalA, globalB;
int global;
void globals() {
  std::lock_guard a(globalA);
  std::lock_guard b(globalB); // expect: web-sequential-guards
  ++global;
}

// Stripes of locks, chosen by the caller.
static std::mutex stripes[16];
void swapStriped(int *data, int a, int b) {
  std::lock_guard<std::mutex> first(stripes[a % 16]);
  std::lock_guard<std::mutex> second(stripes[b % 16]); // expect: web-sequential-guards "one after the other"
  std::swap(data[a], data[b]);
}
