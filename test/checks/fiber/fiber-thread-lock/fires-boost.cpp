// Boost.Fiber in the same words: fibers are goroutines, their channels suspend.
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

void sends() {
  std::lock_guard hold(table_lock);
  updates.push(1); // expect: fiber-thread-lock "a send to 'updates' may suspend"
}
void yields() {
  std::lock_guard hold(table_lock);
  boost::this_fiber::yield(); // expect: fiber-thread-lock "'boost::this_fiber::yield'"
}
void locks() {
  std::lock_guard hold(table_lock);
  std::lock_guard inner(fiber_lock); // expect: fiber-thread-lock "locking 'fiber_lock'"
}
void takes() {
  std::lock_guard hold(table_lock);
  int v;
  updates.pop(v); // expect: fiber-thread-lock "a receive from 'updates'"
}

int main() {
  fiber a(sends);
  fiber b(boost::fibers::launch::dispatch, yields);
  fiber c([] { locks(), takes(); });
  a.join(), b.join(), c.join();
}
