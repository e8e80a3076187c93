// model::var<T>: plain memory whose unordered accesses, and accesses after its end, are failures.
#pragma once

#include "engine.h"

#include <utility>

namespace runnel::model {

template <class T> class var {
public:
  constexpr var() : var(T{}) {}
  constexpr explicit var(T value) : value_(std::move(value)) {
    if (!std::is_constant_evaluated())
      if (engine* e = engine::active())
        e->plain_write(shadow_, std::source_location::current());
  }
  constexpr ~var() {
    if (!std::is_constant_evaluated())
      if (engine* e = engine::active())
        e->plain_end(shadow_, this, sizeof *this, std::source_location::current());
  }
  var(const var&) = delete;
  var& operator=(const var&) = delete;

  T get(std::source_location at = std::source_location::current()) const {
    if (engine* e = engine::active())
      e->plain_read(shadow_, at);
    return value_;
  }
  void set(T value, std::source_location at = std::source_location::current()) {
    if (engine* e = engine::active())
      e->plain_write(shadow_, at);
    value_ = std::move(value);
  }

private:
  T value_;
  mutable shadow shadow_;
};

} // namespace runnel::model
