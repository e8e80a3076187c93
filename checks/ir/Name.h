//===- Name.h - Interned strings of the IR ----------------------*- C++ -*-===//
//
// Every string in the IR (symbols, spellings, file names) is a Name: a pointer
// to an interned, immortal string. Two Names are equal exactly when their text
// is, so a comparison is one of pointers, modules of different translation
// units need no renumbering when they are linked, and an event stays small.
//
// Invariants:
//  1. operator< compares text, never addresses: anything sorted by Name is
//     sorted alike in every run. Do not iterate over containers hashed by Name
//     where the order can reach a finding.
//  2. A default-constructed Name is the empty string.
//
// Thread safety: interning takes a lock; everything else is immutable.
//
// Rejected: string tables per module (every reader carries the table, the
// linker rewrites every event); std::string (a million calls hold a hundred
// megabytes of equal text).
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_NAME_H
#define RUNNEL_CHECKS_IR_NAME_H

#include "llvm/ADT/DenseMapInfo.h"
#include "llvm/ADT/StringRef.h"

#include <functional>
#include <string>

namespace runnel::ir {

class Name {
public:
  Name() = default;
  Name(llvm::StringRef Text);
  Name(const char *Text) : Name(llvm::StringRef(Text)) {}
  Name(const std::string &Text) : Name(llvm::StringRef(Text)) {}

  llvm::StringRef str() const { return {Data, Size}; }
  operator llvm::StringRef() const { return str(); }
  bool empty() const { return Size == 0; }
  explicit operator bool() const { return Size != 0; }

  friend bool operator==(Name A, Name B) { return A.Data == B.Data; }
  friend bool operator<(Name A, Name B) {
    return A.Data != B.Data && A.str() < B.str();
  }

  const void *key() const { return Data; }

private:
  // An array, one object of the program: literals of equal text need not be.
  static constexpr char Empty[1] = "";
  const char *Data = Empty;
  uint32_t Size = 0;
};

} // namespace runnel::ir

template <> struct std::hash<runnel::ir::Name> {
  size_t operator()(runnel::ir::Name N) const {
    return std::hash<const void *>()(N.key());
  }
};

#endif
