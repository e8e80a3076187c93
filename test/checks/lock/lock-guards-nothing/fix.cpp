// option: runnel-lock-guards-nothing.SuggestAnnotations: true
#include <mutex>
#include <vector>

#define RUNNEL_GUARDED_BY(m) __attribute__((annotate("runnel::guarded_by", #m)))

class Counter {
public:
  void add(int x) {
    std::lock_guard lock(mu_);
    ++n_;
    all_.push_back(x);
  }
  int count() {
    std::lock_guard lock(mu_);
    return n_;
  }

private:
  std::mutex mu_; // expect: lock-guards-nothing "no declaration says what 'mu_' of 'Counter' guards"
  // CHECK-FIX: int n_ RUNNEL_GUARDED_BY(mu_) = 0;
  int n_ = 0;
  // CHECK-FIX: std::vector<int> all_ RUNNEL_GUARDED_BY(mu_);
  std::vector<int> all_;
};
