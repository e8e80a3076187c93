// Goroutines in words, for reports.
#pragma once

#include "fiber/fiber.h"

#include <cstdio>
#include <exception>
#include <string>

namespace runnel::detail {

/// "chan receive", "mutex", ...
const char* text_of(reason why) noexcept;
/// `goroutine 7 "name"`
std::string name_of(const fiber& f);
/// The exception's type and what().
std::string what_of(std::exception_ptr error);
/// Name, state, what it waits on, where it was started.
std::string describe_fiber(const fiber& f);
std::string describe_closure(const closure& c);
/// The calls on a stack that is parked for sure, innermost first, a line each.
std::string describe_stack(const fiber& f, const char* indent);

} // namespace runnel::detail
