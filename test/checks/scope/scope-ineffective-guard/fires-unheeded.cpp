// Locks that may not have been got, or that keep nobody out.
#include <mutex>

class Samples {
public:
  void add(int sample) noexcept {
    mutex_.try_lock(); // expect: scope-ineffective-guard "nobody looks whether 'mutex_' was locked"
    sum_ += sample;
    ++count_;
    mutex_.unlock();
  }
  void reset() {
    std::unique_lock<std::mutex> hold(mutex_, std::try_to_lock); // expect: scope-ineffective-guard "nobody asks 'hold' whether it got 'mutex_'"
    sum_ = count_ = 0;
  }
  double mean() {
    std::lock_guard<std::mutex> hold(mutex_, std::adopt_lock); // expect: scope-ineffective-guard "'mutex_' is adopted here, but nobody has locked it"
    return count_ ? sum_ / count_ : 0;
  }

private:
  std::mutex mutex_;
  double sum_ = 0;
  int count_ = 0;
};

static int hits;
void hit() {
  thread_local std::mutex mutex; // expect: scope-ineffective-guard "is another lock in each thread"
  std::lock_guard<std::mutex> hold(mutex);
  ++hits;
}
