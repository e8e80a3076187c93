//===- Hash.h - Content hashes ----------------------------------*- C++ -*-===//
//
// BLAKE3, cut to 128 bits: no two different inputs of a cache will ever meet,
// also where somebody tries to make them.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_CACHE_HASH_H
#define RUNNEL_TOOL_CACHE_HASH_H

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/BLAKE3.h"

#include <string>

namespace runnel::tool {

class Hasher {
public:
  Hasher &bytes(llvm::StringRef S) {
    Impl.update(S);
    return *this;
  }
  /// Unambiguous: the length goes first.
  Hasher &text(llvm::StringRef S) {
    uint64_t Size = S.size();
    Impl.update(llvm::StringRef(reinterpret_cast<const char *>(&Size), 8));
    Impl.update(S);
    return *this;
  }
  /// 32 hexadecimal digits.
  std::string finish() {
    return llvm::toHex(Impl.final<16>(), /*LowerCase=*/true);
  }

private:
  llvm::BLAKE3 Impl;
};

inline std::string hashOf(llvm::StringRef Bytes) {
  return Hasher().bytes(Bytes).finish();
}

} // namespace runnel::tool

#endif
