// A small generator of random numbers, one a thread: xorshift64* (Vigna, 2016).
#pragma once

#include "fiber/sanitizer.h"

#include <cstdint>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

class random {
public:
  explicit random(std::uint64_t seed) noexcept { reseed(seed); }
  void reseed(std::uint64_t seed) noexcept {
    // One round of splitmix64, so that near seeds give far sequences and zero is never the state.
    std::uint64_t z = seed + 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    state_ = (z ^ (z >> 31)) | 1;
  }
  std::uint64_t next() noexcept {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1d;
  }
  /// Uniform in [0, n); the bias is below n / 2^32.
  std::uint32_t below(std::uint32_t n) noexcept {
    return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
  }

private:
  std::uint64_t state_;
};

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
