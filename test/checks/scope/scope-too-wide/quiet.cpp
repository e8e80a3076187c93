// Tails that need the lock, or are not worth cutting off.
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

void handle(int job);
void look(const int &job);
void inspect(const std::string &name);

static long digest(int seed) {
  long sum = 0;
  for (int i = 0; i < 1000; ++i)
    sum = sum * 31 + seed;
  return sum;
}

static std::mutex shared;
static int level = 0;
static int adjust(int by) {
  for (int i = 0; i < by; ++i)
    ++level;
  return level;
}

class Jobs {
  std::mutex mu_;
  std::deque<int> jobs_;
  std::map<std::string, int> prices_;
  std::string name_;
  int last_ = 0;

  void note(int job) {
    for (int i = 0; i < 3; ++i)
      last_ = job;
  }

public:
  // trap: unlocked before the call
  void early() {
    std::unique_lock hold(mu_);
    int job = jobs_.front();
    jobs_.pop_front();
    hold.unlock();
    handle(job);
  }
  // trap: braces
  void braces() {
    int job;
    {
      std::lock_guard hold(mu_);
      job = jobs_.front();
      jobs_.pop_front();
    }
    handle(job);
  }
  // trap: a reference to guarded data
  void reference() {
    std::lock_guard hold(mu_);
    int &job = jobs_.front();
    look(job);
  }
  // trap: an iterator into guarded data
  void iterator() {
    std::lock_guard hold(mu_);
    auto it = prices_.find("a");
    if (it != prices_.end())
      inspect(it->first);
  }
  // trap: a pointer to guarded data
  void pointer() {
    std::lock_guard hold(mu_);
    int *job = &jobs_.front();
    handle(*job);
  }
  // trap: the call touches a member
  void member() {
    std::lock_guard hold(mu_);
    int job = jobs_.front();
    jobs_.pop_front();
    note(job);
  }
  // trap: a member is passed
  void passed() {
    std::lock_guard hold(mu_);
    int job = jobs_.front();
    jobs_.pop_front();
    (void)job;
    inspect(name_);
  }
  // trap: the loop uses a member in the end
  long looped() {
    std::lock_guard hold(mu_);
    long sum = 0;
    for (int job : jobs_)
      sum += digest(job);
    return sum;
  }
  // trap: the loop's condition is guarded
  void condition() {
    std::lock_guard hold(mu_);
    while (!jobs_.empty()) {
      int job = jobs_.front();
      jobs_.pop_front();
      handle(job);
    }
  }
  // trap: the result is stored under the lock
  void stored() {
    std::lock_guard hold(mu_);
    int job = jobs_.front();
    last_ = digest(job);
  }
  // trap: cheap
  std::string cheap() {
    std::lock_guard hold(mu_);
    int job = jobs_.front();
    return std::to_string(job);
  }
  // trap: the guard goes to the caller
  std::unique_lock<std::mutex> given() {
    std::unique_lock hold(mu_);
    int job = jobs_.front();
    handle(job);
    return hold;
  }
  // trap: a lambda may use what it has captured
  void captured() {
    std::lock_guard hold(mu_);
    int job = jobs_.front();
    auto use = [this, job] { last_ = job; };
    use();
  }
  // trap: only one path is free
  void onePath(bool again) {
    std::lock_guard hold(mu_);
    int job = jobs_.front();
    handle(job);
    if (again)
      jobs_.pop_front();
  }
  // trap: two locks at once
  void both(std::mutex &other) {
    std::scoped_lock hold(mu_, other);
    int job = jobs_.front();
    handle(job);
  }
};

// trap: the callee uses the data on a way of its own
void global() {
  std::lock_guard hold(shared);
  int n = level;
  n = adjust(n);
  (void)n;
}

// trap: the lock serialises calls of a library that is not thread-safe
static std::mutex library;
int legacy(int argument);
int call(int argument) {
  std::lock_guard hold(library);
  return legacy(argument);
}

// trap: a shared pointer leads to data of others
struct Node {
  int value = 0;
};
class Tree {
  std::mutex mu_;
  std::shared_ptr<Node> root_;

public:
  void touch() {
    std::lock_guard hold(mu_);
    std::shared_ptr<Node> root = root_;
    for (int i = 0; i < 10; ++i)
      root->value += digest(i);
  }
};
