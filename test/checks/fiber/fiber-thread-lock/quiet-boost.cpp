// Boost.Fiber, used as it is meant to be.
#include <mutex>

namespace boost {
namespace fibers {
enum class launch { dispatch, post };
enum class channel_op_status { success, empty, full, closed, timeout };
template <class T> class buffered_channel {
public:
  explicit buffered_channel(unsigned long capacity);
  channel_op_status push(const T& v);
  channel_op_status try_push(const T& v);
  channel_op_status pop(T& v);
  T value_pop();
  void close() noexcept;
};
class mutex {
public:
  void lock();
  bool try_lock();
  void unlock();
};
class fiber {
public:
  template <class F, class... A> explicit fiber(F f, A... a) {}
  template <class F, class... A> fiber(launch policy, F f, A... a) {}
  fiber(fiber&&) noexcept;
  ~fiber();
  void join();
  void detach();
};
} // namespace fibers
namespace this_fiber {
void yield() noexcept;
} // namespace this_fiber
} // namespace boost
using boost::fibers::fiber;

std::mutex table_lock;
boost::fibers::mutex fiber_lock;
boost::fibers::buffered_channel<int> updates(4);
int value = 0;

// trap: a fiber's own lock
void sends() {
  std::lock_guard hold(fiber_lock);
  updates.push(1);
}
// trap: let go of before
void yields() {
  {
    std::lock_guard hold(table_lock);
    ++value;
  }
  boost::this_fiber::yield();
}
// trap: does not wait
void tries() {
  std::lock_guard hold(table_lock);
  updates.try_push(2);
  if (fiber_lock.try_lock())
    fiber_lock.unlock();
}
// trap: closing waits for nobody
void closes() {
  std::lock_guard hold(table_lock);
  updates.close();
}

int main() {
  fiber a(sends);
  fiber b(boost::fibers::launch::post, yields);
  fiber c([] { tries(), closes(); });
  a.join(), b.join(), c.join();
}
