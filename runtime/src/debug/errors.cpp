// Throwing, out of line; the category of contexts' error codes.

#include "runnel/errors.h"

#include <string>

namespace runnel {

namespace {

class context_errors final : public std::error_category {
public:
  const char* name() const noexcept override { return "runnel.context"; }
  std::string message(int e) const override {
    switch (static_cast<errc>(e)) {
    case errc::canceled:
      return "context canceled";
    case errc::deadline_exceeded:
      return "context deadline exceeded";
    }
    return "unknown";
  }
  std::error_condition default_error_condition(int e) const noexcept override {
    switch (static_cast<errc>(e)) {
    case errc::canceled:
      return std::errc::operation_canceled;
    case errc::deadline_exceeded:
      return std::errc::timed_out;
    }
    return {e, *this};
  }
};

} // namespace

const std::error_category& context_category() noexcept {
  static const context_errors category;
  return category;
}

namespace detail {
void throw_send_on_closed() { throw send_on_closed(); }
void throw_close_of_closed() { throw close_of_closed(); }
void throw_close_of_nil() { throw close_of_nil(); }
void throw_sync_error(const char* what) { throw sync_error(what); }
} // namespace detail
} // namespace runnel
