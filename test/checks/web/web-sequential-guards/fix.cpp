// Guards become one std::scoped_lock where the code is C++17, else std::lock and guards that adopt.
#include <mutex>

struct Account {
  std::mutex mu;
  int balance = 0;
};
void deduced(Account &from, Account &to, int amount) {
  std::lock_guard one(from.mu);
  std::lock_guard two(to.mu); // expect: web-sequential-guards
  from.balance -= amount; // CHECK-FIX: std::scoped_lock one(from.mu, to.mu);
  to.balance += amount;
}
void explicitly(Account *from, Account *to, int amount) {
  std::lock_guard<std::mutex> one(from->mu);
  std::lock_guard<std::mutex> two(to->mu); // expect: web-sequential-guards
  from->balance -= amount; // CHECK-FIX: std::lock(from->mu, to->mu);
  to->balance += amount;   // CHECK-FIX: std::lock_guard<std::mutex> one(from->mu, std::adopt_lock);
} // CHECK-FIX: std::lock_guard<std::mutex> two(to->mu, std::adopt_lock);
class Stats {
public:
  void reset() {
    std::scoped_lock a(reads_mu_);
    std::scoped_lock b(writes_mu_);
    std::scoped_lock c(errors_mu_); // expect: web-sequential-guards
    reads_ = writes_ = errors_ = 0; // CHECK-FIX: std::scoped_lock a(reads_mu_, writes_mu_, errors_mu_);
  }

private:
  std::mutex reads_mu_, writes_mu_, errors_mu_;
  int reads_ = 0, writes_ = 0, errors_ = 0;
};
