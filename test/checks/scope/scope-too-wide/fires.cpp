// Locks held after the last use of what they guard.
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

void handle(int job);
std::string render(const std::vector<int> &rows);

static long digest(int seed) {
  long sum = 0;
  for (int i = 0; i < 1000; ++i)
    sum = sum * 31 + seed;
  return sum;
}

class Jobs {
  std::mutex mu_;
  std::deque<int> jobs_;
  std::map<int, int> prices_;
  int taken_ = 0;

public:
  void next() {
    std::lock_guard<std::mutex> hold(mu_); // expect: scope-too-wide "'mu_' stays locked during the call of 'handle'"
    int job = jobs_.front();
    jobs_.pop_front(); // note: "the last use is here"
    handle(job);
  }
  long total() {
    std::unique_lock hold(mu_); // expect: scope-too-wide "this loop"
    std::vector<int> copy(jobs_.begin(), jobs_.end());
    long sum = 0;
    for (size_t i = 0; i < copy.size(); ++i)
      sum += digest(copy[i]);
    return sum;
  }
  long hash() {
    std::scoped_lock hold(mu_); // expect: scope-too-wide "digest"
    int n = ++taken_;
    long d = digest(n);
    return d;
  }
  std::string show() {
    std::lock_guard hold(mu_); // expect: scope-too-wide "render"
    std::vector<int> copy(jobs_.begin(), jobs_.end());
    return render(copy);
  }
  void twoJobs() {
    std::unique_lock<std::mutex> hold(mu_); // expect: scope-too-wide
    int first = jobs_.front();
    jobs_.pop_front();
    int second = jobs_.front();
    jobs_.pop_front();
    handle(first);
    handle(second);
  }
  void branchInTail(bool twice) {
    std::lock_guard hold(mu_); // expect: scope-too-wide
    int job = jobs_.front();
    jobs_.pop_front();
    if (twice)
      handle(job);
    handle(job);
  }
};

static std::mutex lock;
static std::deque<int> waiting;
void drain() {
  std::lock_guard hold(lock); // expect: scope-too-wide "'lock' stays locked"
  int job = waiting.front();
  waiting.pop_front();
  long d = digest(job);
  (void)d;
}
