// The machine's half of the seam (runnel/detail/shim.h): sleeping and waking by futex, fences that
// one side pays for.

#include "runnel/detail/shim.h"
#include "fiber/sanitizer.h"

#include <cerrno>
#include <climits>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

static_assert(sizeof(atomic<std::uint32_t>) == 4, "the kernel compares four bytes");

namespace {
long futex(const void* word, int op, std::uint32_t value, const timespec* timeout) noexcept {
  return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, timeout, nullptr, 0);
}
} // namespace

bool heavy_fence_works() noexcept {
  static std::atomic<int> answer{0};
  int known = answer.load(std::memory_order_relaxed);
  if (known == 0) {
    int saved = errno;
    const bool works =
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0 &&
        syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
    errno = saved;
    known = works ? 1 : -1;
    answer.store(known, std::memory_order_relaxed);
  }
  return known > 0;
}

void heavy_fence() noexcept {
  int saved = errno;
  syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  errno = saved;
}

void spin_slowly(unsigned round) noexcept {
  if (round < 2000) {
    sched_yield();
  } else { // the holder may have a lower priority than ours: let it run at all
    timespec t{0, 50'000};
    nanosleep(&t, nullptr);
  }
}

void wait_on(atomic<std::uint32_t>& word, std::uint32_t old) noexcept {
  int saved = errno;
  futex(&word, FUTEX_WAIT, old, nullptr);
  errno = saved;
}

void wait_on_for(atomic<std::uint32_t>& word, std::uint32_t old,
                 std::int64_t nanoseconds) noexcept {
  int saved = errno;
  // FUTEX_WAIT counts by CLOCK_MONOTONIC. An early wake-up is not an end: only time is.
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  std::int64_t end = now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
  end = nanoseconds > INT64_MAX - end ? INT64_MAX : end + nanoseconds;
  while (nanoseconds > 0 && word.load(std::memory_order_acquire) == old) {
    timespec t{static_cast<time_t>(nanoseconds / 1'000'000'000),
               static_cast<long>(nanoseconds % 1'000'000'000)};
    futex(&word, FUTEX_WAIT, old, &t);
    clock_gettime(CLOCK_MONOTONIC, &now);
    nanoseconds = end - (now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec);
  }
  errno = saved;
}

void wake_one(atomic<std::uint32_t>& word) noexcept {
  int saved = errno;
  futex(&word, FUTEX_WAKE, 1, nullptr);
  errno = saved;
}

void wake_all(atomic<std::uint32_t>& word) noexcept {
  int saved = errno;
  futex(&word, FUTEX_WAKE, INT_MAX, nullptr);
  errno = saved;
}

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
