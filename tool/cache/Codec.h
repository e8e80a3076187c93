//===- Codec.h - Length-prefixed bytes --------------------------*- C++ -*-===//
//
// What worker pipes and cache files hold: little-endian numbers and counted
// strings. A Reader over damaged bytes never runs past their end: it turns bad,
// stays bad and yields zeros, and the caller asks once, at the end.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_CACHE_CODEC_H
#define RUNNEL_TOOL_CACHE_CODEC_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Endian.h"

#include <cstdint>
#include <string>
#include <vector>

namespace runnel::tool {

class ByteWriter {
public:
  void u8(uint8_t V) { Bytes.push_back(static_cast<char>(V)); }
  void u32(uint32_t V) { number(V); }
  void u64(uint64_t V) { number(V); }
  void text(llvm::StringRef S) {
    u32(S.size());
    Bytes.append(S.data(), S.size());
  }
  template <class Range, class Write> void list(const Range &R, Write &&Each) {
    u32(R.size());
    for (const auto &Item : R)
      Each(Item);
  }
  void texts(const std::vector<std::string> &V) {
    list(V, [&](const std::string &S) { text(S); });
  }
  std::string Bytes;

private:
  template <class T> void number(T V) {
    char Buffer[sizeof(T)];
    llvm::support::endian::write<T, llvm::endianness::little>(Buffer, V);
    Bytes.append(Buffer, sizeof(T));
  }
};

class ByteReader {
public:
  explicit ByteReader(llvm::StringRef Bytes) : Rest(Bytes) {}
  uint8_t u8() {
    llvm::StringRef B = take(1);
    return B.empty() ? 0 : static_cast<uint8_t>(B[0]);
  }
  uint32_t u32() { return number<uint32_t>(); }
  uint64_t u64() { return number<uint64_t>(); }
  llvm::StringRef text() { return take(u32()); }
  template <class Read> void list(Read &&Each) {
    // A damaged count is larger than the bytes that are left.
    uint32_t Count = u32();
    if (Count > Rest.size()) {
      Bad = true;
      return;
    }
    for (uint32_t I = 0; I < Count && !Bad; ++I)
      Each();
  }
  std::vector<std::string> texts() {
    std::vector<std::string> V;
    list([&] { V.push_back(text().str()); });
    return V;
  }
  /// Everything was there and nothing is left over.
  bool complete() const { return !Bad && Rest.empty(); }
  bool bad() const { return Bad; }

private:
  llvm::StringRef take(size_t N) {
    if (Bad || N > Rest.size()) {
      Bad = true;
      return {};
    }
    llvm::StringRef Result = Rest.take_front(N);
    Rest = Rest.drop_front(N);
    return Result;
  }
  template <class T> T number() {
    llvm::StringRef B = take(sizeof(T));
    return B.size() != sizeof(T)
               ? T(0)
               : llvm::support::endian::read<T, llvm::endianness::little>(
                     B.data());
  }
  llvm::StringRef Rest;
  bool Bad = false;
};

} // namespace runnel::tool

#endif
