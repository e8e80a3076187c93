//===- Llvm19.h - What LLVM 19 has not got yet ------------------*- C++ -*-===//
//
// Included in front of every file where the plugin is built for LLVM 19, and
// nowhere else (checks/CMakeLists.txt): the sources are written for LLVM 22.
// From 19 to 22 StringSwitch learned to take lists of cases, which replaced the
// variadic ones.
// https://github.com/llvm/llvm-project/blob/main/llvm/include/llvm/ADT/StringSwitch.h
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_TIDY_LLVM19_H
#define RUNNEL_TOOL_TIDY_LLVM19_H

#include "llvm/ADT/StringSwitch.h"
// Those of LLVM's own headers that use the variadic ones come first.
#include "llvm/ADT/FloatingPointMode.h"
#include "llvm/Support/FormatProviders.h"

#include <initializer_list>
#include <optional>

namespace llvm {

/// What of LLVM 22's StringSwitch is used here.
template <typename T> class ListSwitch {
  StringRef Text;
  std::optional<T> Result;

public:
  explicit ListSwitch(StringRef Text) : Text(Text) {}

  ListSwitch &Case(StringLiteral S, T Value) {
    if (!Result && Text == S)
      Result = std::move(Value);
    return *this;
  }
  ListSwitch &Cases(std::initializer_list<StringLiteral> List, T Value) {
    for (StringLiteral S : List)
      Case(S, Value);
    return *this;
  }
  T Default(T Value) {
    if (Result)
      return std::move(*Result);
    return Value;
  }
};

} // namespace llvm

#define StringSwitch ListSwitch

#endif
